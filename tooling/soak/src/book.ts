import type { SoakEvent } from './events.ts'

/** What is known of an event that was acknowledged. */
export interface Acknowledged {
  readonly type: string
  readonly domain: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Where an acknowledgement says that an event is. */
export interface Place {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** A book holds every acknowledged publish with its place: what must not be lost. */
export interface Book {
  readonly events: ReadonlyMap<string, Acknowledged>
  /** Events whose publish was rejected; they may be in the topic or not. */
  readonly rejected: number
  /** The longest that a publish took, in milliseconds. */
  readonly slowestMs: number
  /** Enters an event that was acknowledged after a time. */
  acknowledge(event: SoakEvent, place: Place, tookMs: number): void
  reject(error: unknown): void
  /** What the last rejected publish said. */
  readonly lastError: unknown
}

/** Opens an empty book. */
export function createBook(): Book {
  const events = new Map<string, Acknowledged>()
  let rejected = 0
  let lastError: unknown
  let slowestMs = 0
  return {
    events,
    get rejected() {
      return rejected
    },
    get lastError() {
      return lastError
    },
    get slowestMs() {
      return slowestMs
    },
    acknowledge({ event: { domain, type } }, { id, topic, partition, offset }, tookMs) {
      slowestMs = Math.max(slowestMs, tookMs)
      events.set(id, { type, domain, topic, partition, offset })
    },
    reject(error) {
      rejected += 1
      lastError = error
    },
  }
}
