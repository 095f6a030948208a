import { expect, it } from 'vitest'
import { envelopeSchema, isEnvelope } from './envelope.ts'

const good = {
  id: 'e-1',
  type: 'task.created',
  source: 'test',
  householdId: 'household-1',
  userId: 'user-1',
  timestamp: '2026-01-02T03:04:05.678Z',
  version: '1.0',
  data: { taskId: 't' },
  metadata: { correlationId: 'c' },
}
const values = [
  undefined,
  null,
  '',
  ' ',
  'a',
  'é',
  'x'.repeat(32),
  'x'.repeat(33),
  'x'.repeat(128),
  'x'.repeat(129),
  'x'.repeat(256),
  'x'.repeat(257),
  '2026-01-02T03:04:05Z',
  '2026-01-02t03:04:05z',
  '2026-01-02T03:04:05.123456789+02:00',
  '2026-01-02 03:04:05Z',
  '2026-13-02T03:04:05Z',
  '2026-02-30T03:04:05Z',
  '2026-02-30T03:04:05.123456Z',
  '2026-01-02T24:00:00Z',
  0,
  1,
  true,
  [],
  ['a'],
  {},
  { a: [] },
]

it('is decided by the check and by the schema alike, whatever one field holds', () => {
  const verdicts = new Set<boolean>()
  for (const field of [...Object.keys(good), 'other']) {
    for (const value of values) {
      const candidate = { ...good, [field]: value }
      const verdict = isEnvelope(candidate)
      expect(verdict, `${field} = ${JSON.stringify(value)}`).toBe(envelopeSchema.safeParse(candidate).success)
      verdicts.add(verdict)
    }
    const { [field]: _, ...without } = good as Record<string, unknown>
    expect(isEnvelope(without), `without ${field}`).toBe(envelopeSchema.safeParse(without).success)
  }
  expect(verdicts.size).toBe(2)
})

it.each([[null], ['text'], [1], [[]], [[good]], [{}]])('is not %j', (value) => {
  expect(isEnvelope(value)).toBe(false)
  expect(envelopeSchema.safeParse(value).success).toBe(false)
})
