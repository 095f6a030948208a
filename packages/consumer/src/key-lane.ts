import { type Envelope, type FetchedMessage, subjectOf } from '@house-helper/events-core'
import type { PendingEvent } from './pending-event.ts'
import type { Route } from './route.ts'

/** A key lane is the queue of one key of one topic: its events are handled one after the other. */
export class KeyLane {
  readonly key: string
  readonly lanes: Map<string, KeyLane>
  /** The event that is being handled, waits to be tried again, or is held. */
  current: PendingEvent | undefined = undefined
  #first: PendingEvent | undefined = undefined
  #last: PendingEvent | undefined = undefined

  constructor(key: string, lanes: Map<string, KeyLane>) {
    this.key = key
    this.lanes = lanes
  }

  /** The next event to handle. */
  get first(): PendingEvent | undefined {
    return this.#first
  }

  push(event: PendingEvent): void {
    if (this.#last === undefined) this.#first = event
    else this.#last.behind = event
    this.#last = event
  }

  /** Makes the next event the current one. */
  take(): PendingEvent | undefined {
    this.prune()
    const event = this.#first
    if (event !== undefined) this.#unlink(event)
    this.current = event
    return event
  }

  /** Takes dropped events off the front. */
  prune(): void {
    while (this.#first?.dropped === true) this.#unlink(this.#first)
  }

  #unlink(first: PendingEvent): void {
    this.#first = first.behind
    first.behind = undefined
    if (this.#first === undefined) this.#last = undefined
  }
}

/** The lanes of all topics. A lane exists while it has events, or a handler of its runs. */
export class KeyLanes {
  readonly #topics = new Map<string, Map<string, KeyLane>>()

  /** The lane of a key, made when it is not there. */
  lane(topic: string, key: string): KeyLane {
    let lanes = this.#topics.get(topic)
    if (lanes === undefined) {
      lanes = new Map()
      this.#topics.set(topic, lanes)
    }
    let lane = lanes.get(key)
    if (lane === undefined) {
      lane = new KeyLane(key, lanes)
      lanes.set(key, lane)
    }
    return lane
  }
}

/**
 * The lane that an event belongs to: by the message's key, else by the subject that its contract names, else alone.
 *
 * The subject stands for a key that a foreign publisher left out, so both share one lane.
 */
export function laneKey(message: FetchedMessage, envelope: Envelope, route: Route): string {
  const { key } = message
  if (key !== null && key.length > 0) {
    const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength)
    return bytes.toString('utf8')
  }
  return subjectOf(envelope, route.contract.subject) ?? envelope.id
}
