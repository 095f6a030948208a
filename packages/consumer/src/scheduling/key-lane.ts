import { type Envelope, type FetchedMessage, subjectOf } from '@house-helper/events-core'
import type { Route } from '../route.ts'
import type { PendingEvent } from './pending-event.ts'

/** A key lane is the queue of one key of one topic: its events are handled one after the other. */
export class KeyLane {
  /** The event that is being handled, waits to be tried again, or is held. */
  current: PendingEvent | undefined = undefined
  /** Events that were in a batch are being dealt with, one after the other. */
  settling = false
  #first: PendingEvent | undefined = undefined
  #last: PendingEvent | undefined = undefined

  /** Whether it has no events, and no handler of its runs. */
  get idle(): boolean {
    return this.current === undefined && this.#first === undefined
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

/** Lanes of a topic from which on idle ones are let go. */
const SWEEP_FROM = 8192

/** The lanes of a topic. Idle ones stay for the key's next event, but not more of them than busy ones, or 8,192. */
export class TopicLanes {
  readonly #lanes = new Map<string, KeyLane>()
  #sweepAt = SWEEP_FROM

  /** How many lanes there are. */
  get size(): number {
    return this.#lanes.size
  }

  /** The lane of a key, made when it is not there. */
  lane(key: string): KeyLane {
    let lane = this.#lanes.get(key)
    if (lane === undefined) {
      if (this.#lanes.size >= this.#sweepAt) this.#sweep()
      lane = new KeyLane()
      this.#lanes.set(key, lane)
    }
    return lane
  }

  #sweep(): void {
    for (const [key, lane] of this.#lanes) if (lane.idle) this.#lanes.delete(key)
    this.#sweepAt = Math.max(SWEEP_FROM, this.#lanes.size * 2)
  }
}

/** The lanes of all topics. */
export class KeyLanes {
  readonly #topics = new Map<string, TopicLanes>()

  /** The lanes of a topic. */
  of(topic: string): TopicLanes {
    let lanes = this.#topics.get(topic)
    if (lanes === undefined) {
      lanes = new TopicLanes()
      this.#topics.set(topic, lanes)
    }
    return lanes
  }
}

/**
 * The lane that an event belongs to: by the message's key, else by the subject that its contract names, else alone.
 *
 * The subject stands for a key that a foreign publisher left out, so both share one lane.
 */
export function laneKey(message: FetchedMessage, envelope: Envelope, route: Route): string {
  const { key } = message
  const subject = subjectOf(envelope, route.contract.subject)
  if (key === null || key.length === 0) return subject ?? envelope.id
  // Nearly always: comparing takes less time than decoding.
  if (subject !== undefined && isAscii(key, subject)) return subject
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength)
  return bytes.toString('utf8')
}

/** Whether bytes are a text, in ASCII. */
function isAscii(bytes: Uint8Array, text: string): boolean {
  if (bytes.length !== text.length) return false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== bytes[at] || code > 0x7f) return false
  }
  return true
}
