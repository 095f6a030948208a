/** What the programs that consume a topic are asked to do. */
export interface ConsumeOrder {
  readonly brokers: readonly string[]
  readonly topicPrefix: string
  readonly groupId: string
  readonly count: number
  /** How long a handler takes, in milliseconds; it returns at once where this is absent. */
  readonly handlerMs?: number
  /** Handlers that run at a time. */
  readonly concurrency?: number
}

/** What they answer. */
export interface ConsumeAnswer {
  readonly eventsPerSecond: number
}

/** Counts events from the first one on: joining a group is not what is measured. */
export function consumption(count: number): { readonly done: Promise<ConsumeAnswer>; event(): void } {
  const { promise, resolve, reject } = Promise.withResolvers<ConsumeAnswer>()
  const deadline = setTimeout(() => reject(new Error(`${count} events were not consumed within 300 s`)), 300_000)
  let startedAt = 0
  let events = 0
  return {
    done: promise,
    event() {
      events += 1
      if (events === 1) startedAt = performance.now()
      if (events !== count) return
      clearTimeout(deadline)
      resolve({ eventsPerSecond: (count - 1) / ((performance.now() - startedAt) / 1000) })
    },
  }
}
