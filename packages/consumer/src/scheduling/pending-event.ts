import {
  type DeliveryNote,
  decodeEnvelope,
  type Envelope,
  type FailureNote,
  type FetchedMessage,
  type JsonObject,
  readEvent,
} from '@house-helper/events-core'
import type { SubscriberError } from '../errors.ts'
import type { Pending } from '../progress/watermark.ts'
import type { Route } from '../route.ts'
import type { KeyLane } from './key-lane.ts'
import type { PartitionWindow } from './partition-window.ts'

/** A run is one call of a handler: for one event, or for a batch. */
export interface Run {
  /** The event whose slot it has. */
  readonly event: PendingEvent
  /** The time by which the handler has to be done, by the monotonic clock. */
  readonly deadlineMs: number
  /** Aborts the handler through no fault of its own. */
  interrupt(reason: SubscriberError): void
  /** The deadline has passed. */
  expire(): SubscriberError
}

/** What a batch handler said of an event: that it is done, or its failure. */
export interface Verdict {
  readonly failure: SubscriberError | undefined
}

/** A pending event is one that was received, has a handler here and is not done. */
export class PendingEvent implements Pending<PendingEvent> {
  readonly offset: number
  readonly window: PartitionWindow
  readonly lane: KeyLane
  readonly route: Route
  /** As it was in its domain topic, but for the offset and time, which are those of where it lies. */
  message: FetchedMessage
  envelope: Envelope
  /** What the handler gets: the envelope's own data or, of an older major version, what the upcasts made of it. */
  data: JsonObject
  /** What the headers of a delivery from the inbox state; undefined for an event in its domain topic. */
  readonly note: DeliveryNote | undefined
  /** The chain of its partition. */
  before: PendingEvent | undefined = undefined
  after: PendingEvent | undefined = undefined
  /** The next one of its key. */
  behind: PendingEvent | undefined = undefined
  /** Attempts of this delivery so far, with the one that runs and those of members before this one. */
  attempts = 0
  /** The instances that ended without a word during its last attempts, one after the other, perhaps by its doing. */
  deaths: readonly string[] = []
  /** The partition is not ours any more, or not continuously: whatever becomes of it is of no interest. */
  dropped = false
  /** It was written to the group's inbox or dead letters, and is not ours to handle any more. */
  setAside = false
  /** Its receipt was there already: the handler did not run. */
  repeat = false
  /** The first failure that is known of. */
  firstFailure: FailureNote | undefined
  hasSlot = false
  /** The handler's run that it is in. */
  attempt: Run | undefined = undefined
  /** Its receipt is waited for, which another attempt may have in hand: its handler has not begun. */
  waiting = false
  /** A successor would learn that its handler has not begun. */
  toldWaiting = false
  /** It is in a batch whose handler runs. */
  batched = false
  /** What became of it in a batch, until that is dealt with. */
  verdict: Verdict | undefined = undefined
  /** Goes on after a wait. */
  resume: (() => void) | undefined = undefined
  /** Ends a wait for good. */
  cancel: (() => void) | undefined = undefined

  constructor(
    window: PartitionWindow,
    lane: KeyLane,
    route: Route,
    message: FetchedMessage,
    envelope: Envelope,
    note?: DeliveryNote,
  ) {
    this.offset = message.offset
    this.window = window
    this.lane = lane
    this.route = route
    this.message = message
    this.envelope = envelope
    this.data = envelope.data
    this.note = note
    this.firstFailure = note?.firstFailure
  }

  /** How often this delivery is tried: a later retry is one attempt. */
  get attemptLimit(): number {
    return this.note?.kind === 'retry' ? 1 : this.route.retry.attempts
  }

  /** Attempts over this delivery and those before it, with the one that runs. */
  get attemptsAltogether(): number {
    return (this.note?.attempts ?? 0) + this.attemptsNow
  }

  /** Attempts of this delivery, with the one that runs. */
  get attemptsNow(): number {
    // Behind another one of its key in the same batch, its attempt is counted once it is dealt with.
    return this.batched && this.lane.current !== this ? this.attempts + 1 : this.attempts
  }

  /** Whether it may be what killed a process. */
  get suspect(): boolean {
    return this.deaths.length > 0
  }

  /** Whether a handler may be running: it has a slot, or lost it at its deadline. */
  get running(): boolean {
    return this.hasSlot || this.attempt !== undefined
  }

  /** Lets go of the fetched batch that the bytes lie in, before a wait that may be long. */
  detach(): void {
    const { key, value, headers } = this.message
    this.message = {
      ...this.message,
      key: own(key),
      value: own(value),
      headers: headers.map(([name, bytes]) => [name, own(bytes)]),
    }
  }

  /** The event as its bytes have it: its handler may have changed the data that it was given. */
  unchanged(): Pick<PendingEvent, 'envelope' | 'data'> {
    const decoded = decodeEnvelope(this.message.value)
    if (!decoded.readable) return this
    const { envelope } = decoded
    // Only upcasts make other data, and they made it of the same bytes before.
    const reading = this.data === this.envelope.data ? undefined : readEvent(envelope, this.route.contract)
    return { envelope, data: reading?.contract === 'ok' ? reading.data : envelope.data }
  }

  /** Reads the event again for another attempt. */
  refresh(): void {
    const { envelope, data } = this.unchanged()
    this.envelope = envelope
    this.data = data
  }

  /** Where and what it is, for logs. */
  place(): Record<string, unknown> {
    const { window, offset, envelope, note } = this
    const { topic, partition, groupId } = window
    const place = { eventId: envelope.id, eventType: envelope.type, topic, partition, offset, groupId }
    return note === undefined ? place : { ...place, delivery: note.kind, origin: note.origin }
  }
}

/** The bytes without the larger buffer that they are a part of. */
function own(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null || bytes.buffer.byteLength === bytes.byteLength ? bytes : Uint8Array.from(bytes)
}
