import {
  type Domain,
  type Envelope,
  type EventContract,
  encodeEnvelope,
  formatTimestamp,
  type Issue,
  type JsonObject,
  newEventId,
  publishData,
} from '@house-helper/events-core'
import { eventInvalid, eventTooLarge } from './errors.ts'
import { type CheckedFields, checkFields } from './event-fields.ts'

/** A stamped event is ready to be sent or stored: checked, with its id and time, and as the bytes of its message. */
export interface StampedEvent {
  readonly envelope: Envelope
  /** The subject's id as UTF-8: the message's key. */
  readonly key: Uint8Array
  /** The envelope as UTF-8 JSON: the message's value. */
  readonly value: Uint8Array
  readonly signal: AbortSignal | undefined
}

/** Who stamps, and when. */
export interface Stamp {
  /** The service that publishes. */
  readonly source: string
  readonly nowMs: number
}

/**
 * Checks an event against its contract and stamps it with id, time, version, correlation and causation. Sends nothing.
 *
 * The data is read once and copied: what was checked is what is sent, whatever getters or `toJSON` the original has. It
 * is of the contract's own version, and is sent as the version that the contract is published as.
 *
 * @throws PublishError `EVENT_INVALID` naming every path that is wrong, and never a value; `MESSAGE_TOO_LARGE`.
 */
export function stampEvent(domain: Domain, stamp: Stamp, type: string, data: unknown, fields: unknown): StampedEvent {
  const contract = domain.contract(type)
  if (contract === undefined) throw eventInvalid(type, [unknownType(domain)])
  const issues: Issue[] = []
  const checked = guard('fields', issues, () => checkFields(contract, fields, issues))
  const payload = guard('data', issues, () => publishData(contract, data))
  if (payload?.ok === false) issues.push(...payload.issues)
  if (issues.length > 0 || checked === undefined || payload?.ok !== true) throw eventInvalid(type, issues)
  const envelope = fill(contract, stamp, payload.value as JsonObject, checked)
  const subject = contract.subject === 'user' ? envelope.userId : envelope.householdId
  return { envelope, key: Buffer.from(subject ?? ''), value: encode(envelope), signal: checked.signal }
}

function encode(envelope: Envelope): Uint8Array {
  try {
    return encodeEnvelope(envelope)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    // The one thing that checked data can be too much of: past 512 MiB of text JavaScript has no string for it.
    throw eventTooLarge(envelope.type, 'it is longer than a text can be')
  }
}

function unknownType({ name, events }: Domain): Issue {
  return { path: 'type', message: `is none of the domain ${name}, which has ${events.map((e) => e.type).join(', ')}` }
}

/** A getter or a proxy of the caller's may throw; its error could quote the payload and is not passed on. */
function guard<Result>(path: string, issues: Issue[], read: () => Result): Result | undefined {
  try {
    return read()
  } catch {
    issues.push({ path, message: 'cannot be read: a property of it throws' })
    return undefined
  }
}

function fill(contract: EventContract, stamp: Stamp, data: JsonObject, fields: CheckedFields): Envelope {
  const { householdId, userId, timestamp = formatTimestamp(stamp.nowMs), id = newEventId(stamp.nowMs) } = fields
  const { cause } = fields
  const causationId = fields.causationId ?? cause?.eventId
  return {
    id,
    type: contract.type,
    source: stamp.source,
    ...(householdId !== undefined && { householdId }),
    ...(userId !== undefined && { userId }),
    timestamp,
    version: contract.publishAs,
    data,
    metadata: {
      correlationId: fields.correlationId ?? cause?.correlationId ?? id,
      ...(causationId !== undefined && { causationId }),
      ...fields.metadata,
    },
  }
}
