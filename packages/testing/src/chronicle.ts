import { type OutcomeListener, receivedEvent } from '@house-helper/consumer'
import {
  type Clock,
  type DeliveryNote,
  decodeDeadLetter,
  decodeDelivery,
  decodeEnvelope,
  type Position,
} from '@house-helper/events-core'
import type { Fate } from './fate.ts'
import type { Written } from './journal.ts'

/** A chronicle knows what has become of every event of a world, and tells who waits of each change. */
export interface Chronicle {
  /** In the order of arrival. */
  readonly fates: readonly Fate[]
  /** For the subscriber. */
  readonly listener: OutcomeListener
  /** For the journal. */
  written(message: Written): void
  /** A point in the order of all that happens: what changes from now on is later. */
  now(): number
  /** Calls back at every change, until the returned function is called. */
  watch(changed: () => void): () => void
}

/** What a chronicle has to know of a world. */
export interface ChronicleOptions {
  readonly inbox: string
  readonly dead: string
  readonly clock: Clock
}

/** Makes a chronicle in which nothing has happened. */
export function createChronicle({ inbox, dead, clock }: ChronicleOptions): Chronicle {
  const fates = new Map<string, Fate>()
  const watchers = new Set<() => void>()
  let happened = 0

  function change(place: Position, changes: Partial<Fate>): void {
    const fate = fates.get(placeText(place))
    if (fate === undefined) return
    happened += 1
    Object.assign(fate, { dueMs: undefined, ...changes, changedAt: happened })
    for (const changed of watchers) changed()
  }

  function arrived({ message, byTest, ...place }: Written): void {
    const decoded = decodeEnvelope(message.value)
    // Whatever has no readable envelope is nobody's event.
    if (!decoded.readable) return
    const { envelope } = decoded
    fates.set(placeText(place), {
      event: receivedEvent(envelope, envelope.data),
      byTest,
      arrivedAt: happened + 1,
      changedAt: 0,
      state: 'arrived',
      attempts: 0,
      failure: undefined,
      thrown: undefined,
      dueMs: undefined,
    })
    change(place, {})
  }

  function setAside(state: 'dead' | 'postponed', note: DeliveryNote): void {
    const { origin, attempts, lastFailure, notBeforeMs } = note
    const failure = lastFailure && { code: lastFailure.code, message: lastFailure.message }
    change(origin, { state, attempts, failure, dueMs: state === 'postponed' ? notBeforeMs : undefined })
  }

  return {
    get fates() {
      return [...fates.values()]
    },
    listener: {
      handled: ({ event, delivery }, repeat) =>
        change(delivery, { event, state: repeat ? 'repeated' : 'handled', attempts: delivery.attempt }),
      failed: ({ delivery }, { code, message, cause }, delayMs) =>
        change(delivery, {
          state: 'failed',
          attempts: delivery.attempt,
          failure: { code, message },
          thrown: cause,
          dueMs: delayMs === undefined ? undefined : clock.now() + delayMs,
        }),
    },
    written(written) {
      const { key, value, headers = [] } = written.message
      const message = { key, value, headers }
      if (written.topic !== dead && written.topic !== inbox) return arrived(written)
      const read = written.topic === dead ? decodeDeadLetter(message) : decodeDelivery(message)
      if (read.ok) setAside(written.topic === dead ? 'dead' : 'postponed', read.note)
    },
    now: () => happened,
    watch(changed) {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
  }
}

function placeText({ topic, partition, offset }: Position): string {
  return `${topic}/${partition}@${offset}`
}
