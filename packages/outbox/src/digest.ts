import { createHash } from 'node:crypto'
import { comparableData, decodeEnvelope, subjectOf } from '@house-helper/events-core'
import { OutboxError } from './errors.ts'

/**
 * What two messages with the same id must have in common to be the same event: type, subject, user and data, whatever the
 * order of keys. SHA-256 as hexadecimal digits; it tells nothing of the data to who reads the receipts.
 */
export function digestOf(value: Uint8Array): string {
  const decoded = decodeEnvelope(value)
  if (!decoded.readable)
    throw new OutboxError('DEFECT', `A message without an envelope was handled: ${decoded.message}`)
  const { envelope } = decoded
  const hash = createHash('sha256')
  hash.update(JSON.stringify([envelope.type, subjectOf(envelope) ?? null, envelope.userId ?? null]))
  for (const part of canonical(comparableData(value))) hash.update(part)
  return hash.digest('hex')
}

/** The parts of a JSON value's one form: keys sorted, no spaces. On a stack of its own: calls cannot nest as deep. */
function* canonical(value: unknown): Generator<string> {
  const left: (string | { readonly value: unknown })[] = [{ value }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next === 'string') yield next
    else if (typeof next.value !== 'object' || next.value === null) yield JSON.stringify(next.value)
    // One by one: a list may be longer than a call can have arguments.
    else for (const part of partsOf(next.value).reverse()) left.push(part)
  }
}

function partsOf(value: object): (string | { readonly value: unknown })[] {
  if (Array.isArray(value)) return ['[', ...value.flatMap((item: unknown) => [{ value: item }, ',']), ']']
  const fields = value as Readonly<Record<string, unknown>>
  const keys = Object.keys(fields).sort()
  return ['{', ...keys.flatMap((key) => [`${JSON.stringify(key)}:`, { value: fields[key] }, ',']), '}']
}
