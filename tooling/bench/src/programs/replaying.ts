/** What the programs that replay a log are asked to do. */
export interface ReplayOrder {
  readonly brokers: readonly string[]
  readonly mongodbUri: string
  /** A log of `count` events. */
  readonly database: string
  readonly topicPrefix: string
  /** Whose inbox topic they are sent to; it exists. */
  readonly groupId: string
  readonly count: number
}
