/** What the programs that record a backlog are asked to do. */
export interface RecordOrder {
  readonly brokers: readonly string[]
  readonly mongodbUri: string
  readonly database: string
  readonly topicPrefix: string
  readonly groupId: string
  readonly count: number
}

/** What they answer. */
export interface RecordAnswer {
  readonly eventsPerSecond: number
  /** The largest resident set of the process, in bytes. */
  readonly maxRssBytes: number
}

/** The answer of a program that has done so much since this time. One that records counts from its first records on. */
export function recordAnswer(count: number, startedAt: number): RecordAnswer {
  const seconds = (performance.now() - startedAt) / 1000
  return { eventsPerSecond: count / seconds, maxRssBytes: process.resourceUsage().maxRSS * 1024 }
}
