import { isEnvelope } from '@house-helper/events-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeFile } from './schema-file.ts'

const ajv = new Ajv2020()
formats.default(ajv)
const validate = ajv.compile(envelopeFile())

const plain = {
  id: '20251009120000-abc123',
  type: 'lamp.lit',
  source: 'lamp-service',
  timestamp: '2025-10-09T12:00:00Z',
  version: '1.0',
  data: {},
}

// What a field may be by mistake. Lengths are counted in UTF-16 by one and in code points by the other: texts are ASCII.
const anything = fc.oneof(
  fc.constantFrom(undefined, null, '', 0, true, [], {}, { correlationId: 7 }, 'x'.repeat(257), 'two words', 'é'),
  fc.string({ unit: 'binary-ascii', maxLength: 140 }),
)
const times = fc.oneof(
  anything,
  fc.constantFrom('2025-10-09T14:00:00.123456789+02:00', '2024-02-29T00:00:00z', '2025-02-29T00:00:00Z', '2025-10-09'),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2999-12-31') }).map((date) => date.toISOString()),
  fc
    .tuple(fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 24 }))
    .map(([month, day, hour]) => `2025-${two(month)}-${two(day)}T${two(hour)}:59:59+0${month % 10}:00`),
)

function two(number: number): string {
  return String(number).padStart(2, '0')
}

describe('the JSON Schema of an envelope', () => {
  it('takes what is a readable envelope, and nothing else', () => {
    const [id, type, source, householdId, userId, version, data, metadata] = Array.from({ length: 8 }, () => anything)
    const given = {
      id,
      type,
      source,
      householdId,
      userId,
      version,
      data,
      metadata,
      timestamp: times,
      unknown: anything,
    }
    const changes = fc.record(given as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] })
    const verdicts = { read: 0, refused: 0 }
    fc.assert(
      fc.property(fc.subarray(Object.keys(given)), changes, (kept, change) => {
        const changed = Object.fromEntries(Object.entries(change).filter(([name]) => !kept.includes(name)))
        const message = JSON.parse(JSON.stringify({ ...plain, ...changed })) as unknown
        expect(validate(message), JSON.stringify(message)).toBe(isEnvelope(message))
        verdicts[isEnvelope(message) ? 'read' : 'refused'] += 1
      }),
      { numRuns: 1_000 },
    )
    expect(Math.min(verdicts.read, verdicts.refused)).toBeGreaterThan(100)
  })

  it.each([[null], [[]], ['text'], [7]])('takes no %j', (value) => {
    expect(validate(value)).toBe(false)
  })
})
