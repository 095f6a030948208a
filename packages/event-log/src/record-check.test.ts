import { describe, expect, it } from 'vitest'
import { recordSchema } from './documents.ts'
import { isRecordDocument } from './record-check.ts'

const record = {
  ...{ _id: 'e-1', eventId: 'e-1', type: 'task.completed', source: 'api', subject: 'h', householdId: 'h', userId: 'u' },
  ...{ timestamp: '2026-01-01T00:00:00Z', time: new Date(0), version: '1.0', correlationId: 'c', causationId: 'b' },
  ...{ contract: 'ok', noView: 'too-large', viewNote: 'inexact-numbers', topic: 't', partition: 0, offset: 0 },
  ...{
    generation: 1,
    brokerTime: new Date(0),
    key: null,
    headers: [],
    value: new Uint8Array(1),
    recordedAt: new Date(0),
  },
}
const values = [
  ...['', 'text', 'ok', 'too-large', 'inexact-numbers', 0, 1, -1, 1.5, 2 ** 53, Number.NaN, null, undefined, true],
  ...[new Date(0), new Date(Number.NaN), new Uint8Array(0), Buffer.from('x'), [], {}, ['x'], { length: 0 }, 1n],
]

describe('the quick check of records', () => {
  it('takes what the schema takes, and nothing else, whatever stands in a field', () => {
    for (const field of Object.keys(record)) {
      for (const value of values) {
        const changed = { ...record, [field]: value }
        expect([field, value, isRecordDocument(changed)]).toEqual([
          field,
          value,
          recordSchema.safeParse(changed).success,
        ])
      }
      const { [field as 'type']: _, ...less } = record
      expect([field, isRecordDocument(less)]).toEqual([field, recordSchema.safeParse(less).success])
    }
    for (const value of values) expect(isRecordDocument(value)).toBe(false)
  })

  it('leaves records with issues or headers to the schema', () => {
    const withIssues = { ...record, issues: [{ path: 'data', message: 'is wrong' }] }
    const withHeaders = { ...record, headers: [{ name: 'traceparent', value: Buffer.from('00') }] }
    for (const one of [withIssues, withHeaders]) {
      expect([isRecordDocument(one), recordSchema.safeParse(one).success]).toEqual([false, true])
    }
  })
})
