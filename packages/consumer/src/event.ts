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
  /** The contract's `major.minor` that the publisher had. */
  readonly version: string
  /** The data as it came: valid by the contract; fields that the contract does not have are kept. */
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

/** Makes what a handler gets out of an envelope. The contract has been checked before. */
export function receivedEvent(envelope: Envelope): ReceivedEvent {
  const { id, type, source, householdId, userId, timestamp, version, data } = envelope
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
