import { decodeEnvelope, type Envelope, type FetchedMessage } from '@house-helper/events-core'
import type { Attempt } from './attempt.ts'
import type { KeyLane } from './key-lane.ts'
import type { PartitionWindow } from './partition-window.ts'
import type { Route } from './route.ts'
import type { Pending } from './watermark.ts'

/** A pending event is one that was received, has a handler here and is not done. */
export class PendingEvent implements Pending<PendingEvent> {
  readonly offset: number
  readonly window: PartitionWindow
  readonly lane: KeyLane
  readonly route: Route
  message: FetchedMessage
  envelope: Envelope
  /** The chain of its partition. */
  before: PendingEvent | undefined = undefined
  after: PendingEvent | undefined = undefined
  /** The next one of its key. */
  behind: PendingEvent | undefined = undefined
  /** Attempts so far, with the one that runs and those of members before this one. */
  attempts = 0
  /** A process died during the last attempt, and it may have been this event's doing. */
  suspect = false
  /** The partition is not ours any more, or not continuously: whatever becomes of it is of no interest. */
  dropped = false
  hasSlot = false
  /** The attempt whose handler runs. */
  attempt: Attempt | undefined = undefined
  /** Goes on after a wait. */
  resume: (() => void) | undefined = undefined
  /** Ends a wait for good. */
  cancel: (() => void) | undefined = undefined

  constructor(window: PartitionWindow, lane: KeyLane, route: Route, message: FetchedMessage, envelope: Envelope) {
    this.offset = message.offset
    this.window = window
    this.lane = lane
    this.route = route
    this.message = message
    this.envelope = envelope
  }

  /** Whether a handler may be running: it has a slot, or lost it at its deadline. */
  get running(): boolean {
    return this.hasSlot || this.attempt !== undefined
  }

  /** Lets go of the fetched batch that the bytes lie in, before a wait that may be long. */
  detach(): void {
    const { value } = this.message
    if (value !== null && value.buffer.byteLength > value.byteLength) {
      this.message = { ...this.message, value: Uint8Array.from(value) }
    }
  }

  /** Reads the event again: the handler of a failed attempt may have changed its data. */
  refresh(): void {
    const decoded = decodeEnvelope(this.message.value)
    if (decoded.readable) this.envelope = decoded.envelope
  }

  /** Where and what it is, for logs. */
  place(): Record<string, unknown> {
    const { window, offset, envelope } = this
    const { topic, partition, groupId } = window
    return { eventId: envelope.id, eventType: envelope.type, topic, partition, offset, groupId }
  }
}
