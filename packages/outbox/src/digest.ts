import { createHash } from 'node:crypto'
import { decodeEnvelope, subjectOf } from '@house-helper/events-core'
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
  const { tdata } = parseExactly(Buffer.from(value).toString()) as { readonly tdata: unknown }
  const hash = createHash('sha256')
  hash.update(JSON.stringify([envelope.type, subjectOf(envelope) ?? null, envelope.userId ?? null]))
  for (const part of canonical(tdata)) hash.update(part)
  return hash.digest('hex')
}

const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/** A double holds every decimal of this many digits so that it can be told from its neighbours. */
const EXACT_DIGITS = 15

/**
 * Parses JSON so that any two numbers stay apart that were written apart: one that a double cannot hold becomes a text,
 * and texts, keys among them, begin with a mark of their own. A reviver could do it too, but not for deep nesting.
 */
function parseExactly(json: string): unknown {
  return JSON.parse(json.replace(TEXT_OR_NUMBER, (token) => (token[0] === '"' ? `"t${token.slice(1)}` : exact(token))))
}

function exact(number: string): string {
  const digits = number.replace(/e.*$/i, '').replace(/[-.]/g, '').replace(/^0+/, '')
  return digits.length <= EXACT_DIGITS && Number.isFinite(Number(number)) ? number : `"n${number}"`
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
