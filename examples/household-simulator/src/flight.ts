import type { DomainName } from './simulated-event.ts'

/** Figures of what was published. */
export interface FlightStats {
  /** Events that the brokers confirmed. */
  readonly published: number
  readonly publishedByDomain: Readonly<Record<DomainName, number>>
  /** Events that are not confirmed yet. */
  readonly inFlight: number
}

/** The events that are published and not yet confirmed, and how many were. */
export interface Flight {
  /** Resolves when another event may be published, or the signal has aborted. */
  room(): Promise<void>
  /** Takes note of an event that is being published. */
  add(domain: DomainName, publishing: Promise<unknown>, failed: (error: unknown) => void): void
  /** Resolves when nothing is in flight. */
  landed(): Promise<void>
  stats(): FlightStats
}

/** Creates a flight of at most so many events, which ends with the signal. */
export function createFlight(maxInFlight: number, signal: AbortSignal): Flight {
  const publishedByDomain = {
    bills: 0,
    households: 0,
    laundry: 0,
    notifications: 0,
    shopping: 0,
    tasks: 0,
    timers: 0,
    users: 0,
  } satisfies Record<DomainName, number>
  let published = 0
  let inFlight = 0
  let settled = Promise.withResolvers<void>()
  const change = (): void => {
    settled.resolve()
    settled = Promise.withResolvers<void>()
  }
  signal.addEventListener('abort', change, { once: true })
  const note = async (domain: DomainName, publishing: Promise<unknown>, failed: (error: unknown) => void) => {
    try {
      await publishing
      published++
      publishedByDomain[domain]++
    } catch (error) {
      failed(error)
    }
    inFlight--
    change()
  }
  return {
    room: async () => {
      while (inFlight >= maxInFlight && !signal.aborted) await settled.promise
    },
    add: (domain, publishing, failed) => {
      inFlight++
      void note(domain, publishing, failed)
    },
    landed: async () => {
      while (inFlight > 0) await settled.promise
    },
    stats: () => ({ published, publishedByDomain: { ...publishedByDomain }, inFlight }),
  }
}
