import { decodeEnvelope, encodeEnvelope, subjectOf } from '@house-helper/events-core'
import type { JsonValue } from '../contract-schema.ts'
import { fixtureEnvelope } from '../fixture.ts'
import type { Party } from './party.ts'
import type { ProvenGap } from './proof.ts'

/**
 * The gap of another subject: an event of the writer has no key for the reader. Its example is a whole message, read as
 * from the wire.
 */
export function subjectGaps(writer: Party, reader: Party): ProvenGap[] {
  const envelope = fixtureEnvelope(writer.type, writer)
  const reason = `needs ${reader.subject}Id, which an event about a ${writer.subject} need not have`
  const decoded = decodeEnvelope(encodeEnvelope(envelope))
  const isRefused = decoded.readable && subjectOf(decoded.envelope, reader.subject) === undefined
  const example = JSON.parse(JSON.stringify(envelope)) as JsonValue
  return [isRefused ? { path: [], reason, example } : { path: [], reason }]
}
