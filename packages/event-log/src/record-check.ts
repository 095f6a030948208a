import { noViewReasons, type RecordDocument } from './documents.ts'
import { contractVerdicts } from './filter/event-filter.ts'

const verdicts: ReadonlySet<unknown> = new Set(contractVerdicts)
const reasons: ReadonlySet<unknown> = new Set([undefined, ...noViewReasons])

/**
 * Whether a document is a record, as `recordSchema` has it; a test holds the two together. Written by hand since every
 * record that is exported or replayed passes here: the schema takes longer than reading the record from MongoDB.
 */
export function isRecordDocument(document: unknown): document is RecordDocument {
  if (typeof document !== 'object' || document === null) return false
  const record = document as Readonly<Record<keyof RecordDocument, unknown>>
  return hasEnvelope(record) && hasVerdict(record) && hasMessage(record)
}

type Fields = Readonly<Record<keyof RecordDocument, unknown>>

function hasEnvelope(record: Fields): boolean {
  return (
    typeof record._id === 'string' &&
    isTextOrAbsent(record.eventId) &&
    typeof record.type === 'string' &&
    typeof record.source === 'string' &&
    isTextOrAbsent(record.subject) &&
    isTextOrAbsent(record.householdId) &&
    isTextOrAbsent(record.userId) &&
    typeof record.timestamp === 'string' &&
    isDate(record.time) &&
    typeof record.version === 'string' &&
    typeof record.correlationId === 'string' &&
    isTextOrAbsent(record.causationId)
  )
}

function hasVerdict({ contract, issues, noView, viewNote }: Fields): boolean {
  // Issues are rare, and their shape is for the schema.
  return (
    verdicts.has(contract) &&
    issues === undefined &&
    reasons.has(noView) &&
    (viewNote === undefined || viewNote === 'inexact-numbers')
  )
}

function hasMessage(record: Fields): boolean {
  const { headers } = record
  return (
    typeof record.topic === 'string' &&
    isCount(record.partition) &&
    isCount(record.offset) &&
    isCount(record.generation) &&
    record.generation > 0 &&
    isDate(record.brokerTime) &&
    (record.key === null || record.key instanceof Uint8Array) &&
    // Headers are rare as well.
    Array.isArray(headers) &&
    headers.length === 0 &&
    record.value instanceof Uint8Array &&
    isDate(record.recordedAt)
  )
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime())
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
