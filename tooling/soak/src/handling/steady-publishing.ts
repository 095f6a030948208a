import { setTimeout as sleep } from 'node:timers/promises'

/** Publishing that goes on until it is told to stop. */
export interface SteadyPublishing {
  /** Resolves when the last event is acknowledged; rejects if a publish did. */
  stop(): Promise<void>
}

/** What is published, and how fast. */
export interface SteadyOptions<Event> {
  readonly events: Iterator<Event, unknown>
  readonly ratePerSecond: number
  /** Publishes one event, which was due at a time by the clock of `performance.now()`. */
  readonly publish: (event: Event, dueMs: number) => Promise<void>
}

/** Begins to publish at a steady rate, whether or not earlier events are acknowledged yet. */
export function startPublishing<Event>({ events, ratePerSecond, publish }: SteadyOptions<Event>): SteadyPublishing {
  const publishes: Promise<void>[] = []
  const startMs = performance.now()
  let stopped = false
  const publishDue = (): void => {
    for (;;) {
      const dueMs = startMs + (publishes.length / ratePerSecond) * 1000
      if (dueMs > performance.now()) return
      const { value, done } = events.next()
      if (done) return
      publishes.push(publish(value, dueMs))
    }
  }
  const running = (async () => {
    while (!stopped) {
      publishDue()
      await sleep(2)
    }
  })()
  return {
    async stop() {
      stopped = true
      await running
      await Promise.all(publishes)
    },
  }
}
