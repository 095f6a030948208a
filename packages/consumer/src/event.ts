import {
  causationIdOf,
  correlationIdOf,
  type Envelope,
  type EventContract,
  type HandledData,
  type JsonObject,
  type SubjectFields,
} from '@house-helper/events-core'

/** What every received event has, whatever its type. */
export interface EventFields<Type extends string, Data> {
  readonly id: string
  readonly type: Type
  /** The service that published it. */
  readonly source: string
  /** When it happened: RFC 3339 as the publisher wrote it, with any offset and precision. */
  readonly timestamp: string
  /** The contract's `major.minor` that is on the wire. */
  readonly version: string
  /**
   * Valid by the contract's newest version. Of that major, the data as it came, with fields that the contract does not
   * have; of an older one, what the contract's upcasts made of it.
   */
  readonly data: Data
  readonly metadata: JsonObject
  /** What this event belongs to: the id given by the publisher, else the event's own id. */
  readonly correlationId: string
  /** The event that caused this one, or undefined for a root. */
  readonly causationId: string | undefined
}

/** An event as its handler gets it, typed by its contract. */
export type ReceivedEvent<Contract extends EventContract = EventContract> = EventFields<
  Contract['type'],
  HandledData<Contract>
> &
  SubjectFields<Contract>

const noMetadata: JsonObject = Object.freeze({})

/** Makes what a handler gets out of an envelope and its data as the contract reads it, which was checked before. */
export function receivedEvent(envelope: Envelope, data: JsonObject): ReceivedEvent {
  const { id, type, source, householdId, userId, timestamp, version } = envelope
  const metadata = envelope.metadata ?? noMetadata
  const correlationId = correlationIdOf(envelope)
  const causationId = causationIdOf(envelope)
  const common = { id, type, source, timestamp, version, data, metadata, correlationId, causationId }
  // A subject that the event does not name is absent, not undefined; assigning is cheaper than spreading.
  const event: typeof common & { householdId?: string; userId?: string } = common
  if (householdId !== undefined) event.householdId = householdId
  if (userId !== undefined) event.userId = userId
  return event as ReceivedEvent
}
