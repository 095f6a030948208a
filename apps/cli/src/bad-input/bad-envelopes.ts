import { event, identified, noEnvelope, type Row } from './bad-message.ts'

const text = (value: string): string => JSON.stringify(value)
const absent = undefined

/** Envelopes without a field, or with one of another type. */
export const brokenEnvelopes: readonly Row[] = [
  ...['id', 'type', 'source', 'timestamp', 'version', 'data'].map((name) =>
    noEnvelope(`no ${name}`, { [name]: absent }),
  ),
  event('no householdId', { householdId: absent }, 'broken'),
  event('an empty householdId', { householdId: '""' }, 'broken'),
  event('null for a householdId and only a user', { householdId: 'null', userId: '"user-001"' }, 'broken'),
  event('null for what Go leaves empty', { userId: 'null', metadata: 'null' }),
  noEnvelope('a number for an id', { id: '7' }),
  noEnvelope('an operator for an id', { id: '{"$ne":null}' }),
  noEnvelope('a list for a type', { type: '["task.created"]' }),
  noEnvelope('null for a source', { source: 'null' }),
  noEnvelope('a number for a householdId', { householdId: '7' }),
  noEnvelope('an object for a householdId', { householdId: '{"$gt":""}' }),
  noEnvelope('a list for a userId', { userId: '[]' }),
  noEnvelope('a number for a timestamp', { timestamp: '1760011200000' }),
  noEnvelope('a number for a version', { version: '1' }),
  noEnvelope('null for data', { data: 'null' }),
  noEnvelope('a list for data', { data: '[]' }),
  noEnvelope('a text for data', { data: '"{}"' }),
  noEnvelope('a list for metadata', { metadata: '[]' }),
  noEnvelope('a text for metadata', { metadata: '"x"' }),
  event('numbers and objects in metadata', {
    metadata: '{"correlationId":7,"causationId":{"$ne":1},"__proto__":{"a":1}}',
  }),
  event('a member that envelopes do not have', { hello: '"world"', __proto: '1' }),
]

/** Ids that the log's documents, its addresses or a shell could take for something else. */
export const hardIds: readonly Row[] = [
  noEnvelope('an empty id', { id: '""' }),
  noEnvelope('an id of 129 characters', { id: text('x'.repeat(129)) }),
  noEnvelope('an id with a space', { id: '"two words"' }),
  noEnvelope('an id with a line end', { id: '"a\\nb"' }),
  noEnvelope('an id with NUL', { id: '"a\\u0000"' }),
  noEnvelope('an id with an umlaut', { id: '"ä"' }),
  identified('an id of 128 characters', 'x'.repeat(128)),
  identified('an id that is an operator', '{"$ne":null}'),
  identified('an id that begins with $', '$where'),
  identified('an id with dots', 'a.b..c'),
  identified('an id that is a path', '../../quarantine?x=1#y'),
  identified('an id with percent signs', '%2e%2e%2f%00%zz'),
  identified('an id called __proto__', '__proto__'),
  identified('an id like a position', 'topic/0/0~2@x'),
  identified('an id like an option', '--help'),
  identified('an id of quotes', `"';--\\`),
]

/** Types, versions, times and subjects at their edges. */
export const edges: readonly Row[] = [
  event('an unknown type', { type: '"task.eaten"' }, 'unknown-type'),
  event('a type called __proto__', { type: '"__proto__"' }, 'unknown-type'),
  event('a type called constructor', { type: '"constructor"' }, 'unknown-type'),
  event('the type of another domain', { type: '"bill.paid"' }, 'broken', 'passed'),
  noEnvelope('an empty type', { type: '""' }),
  noEnvelope('a type of 257 characters', { type: text('t'.repeat(257)) }),
  event('a later minor version', { version: '"1.99"' }),
  event('a later major version', { version: '"2.0"' }, 'unknown-version', 'VERSION_TOO_NEW'),
  event('version 0', { version: '"0.9"' }, 'unknown-version', 'VERSION_UNKNOWN'),
  event('a version that is none', { version: '"latest"' }, 'unknown-version', 'VERSION_UNKNOWN'),
  noEnvelope('an empty version', { version: '""' }),
  event('a time in the far future', { timestamp: '"9999-12-31T23:59:59.999Z"' }),
  event('a time in the far past', { timestamp: '"0001-01-01T00:00:00Z"' }),
  event('a time of nine digits and an offset', { timestamp: '"2025-10-09T14:00:00.123456789+02:00"' }),
  noEnvelope('a year of five digits', { timestamp: '"12025-10-09T12:00:00Z"' }),
  noEnvelope('a day that does not exist', { timestamp: '"2025-02-30T12:00:00Z"' }),
  noEnvelope('a time without an offset', { timestamp: '"2025-10-09T12:00:00"' }),
  noEnvelope('a time in words', { timestamp: '"yesterday"' }),
  event('a household called $where', { householdId: '"$where"' }),
  event('a household of 10,000 characters', { householdId: text('h'.repeat(10_000)) }),
  event('a household with a lone surrogate', { householdId: '"\\ud800"' }),
  event('a household with NUL', { householdId: '"a\\u0000b"' }),
  event('a source of 10,000 characters', { source: text('s'.repeat(10_000)) }),
]
