import { describe, expect, it } from 'vitest'
import { decodeEnvelope, encodeEnvelope } from './codec.ts'
import { causationIdOf, correlationIdOf, type Envelope, majorVersion } from './envelope.ts'

/** The Go service's message, as DESIGN's wire format shows it. */
const goMessage = `{ "id": "20251009120000-abc123", "type": "task.completed", "source": "api-service",
  "householdId": "household-001", "userId": "user-001", "timestamp": "2025-10-09T12:00:00Z", "version": "1.0",
  "data": { "taskId": "task-001", "title": "Take out trash", "status": "completed",
            "completedBy": "user-001", "completedAt": "2025-10-09T12:00:00Z" },
  "metadata": { "correlationId": "req-xyz789" } }`

const envelope: Envelope = {
  id: 'e-1',
  type: 'task.created',
  source: 'test',
  timestamp: '2026-01-02T03:04:05.678Z',
  version: '1.0',
  data: { taskId: 't' },
}
const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

describe('decodeEnvelope', () => {
  it('reads the message of the Go service', () => {
    expect(decodeEnvelope(bytes(goMessage))).toEqual({ readable: true, envelope: JSON.parse(goMessage) })
  })

  it('reads a time as Go marshals time.Now()', () => {
    const timestamp = '2025-10-09T14:00:00.123456789+02:00'
    expect(decodeEnvelope(bytes({ ...envelope, timestamp }))).toMatchObject({ readable: true, envelope: { timestamp } })
  })

  it("takes Go's zero values as absent", () => {
    const decoded = decodeEnvelope(bytes({ ...envelope, householdId: '', userId: null, metadata: null }))
    expect(decoded).toEqual({ readable: true, envelope })
  })

  it('keeps fields that it does not know, and does not fall for __proto__', () => {
    const decoded = decodeEnvelope(bytes(JSON.stringify({ ...envelope, extra: 1 }).replace('"taskId"', '"__proto__"')))
    expect(decoded).toMatchObject({ readable: true, envelope: { extra: 1 } })
    expect(decoded.readable && Object.keys(decoded.envelope.data)).toEqual(['__proto__'])
  })

  it.each([
    ['tombstone', null],
    ['empty', bytes('')],
    ['not-utf8', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['not-json', bytes('{"id": "secret')],
    ['not-json', bytes(`\ufeff${JSON.stringify(envelope)}`)],
    ['not-envelope', bytes('null')],
    ['not-envelope', bytes('[]')],
    ['not-envelope', bytes({ ...envelope, id: 'with space' })],
    ['not-envelope', bytes({ ...envelope, id: 'x'.repeat(129) })],
    ['not-envelope', bytes({ ...envelope, timestamp: '2026-02-30T25:00:00Z' })],
    ['not-envelope', bytes({ ...envelope, data: [] })],
    ['not-envelope', bytes({ ...envelope, data: null })],
    ['not-envelope', bytes({ ...envelope, metadata: 'x' })],
    ['not-envelope', bytes({ ...envelope, type: '' })],
  ])('says %s', (reason, value) => {
    expect(decodeEnvelope(value)).toMatchObject({ readable: false, reason })
  })

  it('names the field and never quotes the payload', () => {
    const decoded = decodeEnvelope(bytes({ ...envelope, timestamp: 'secret' }))
    expect(decoded).toMatchObject({ message: expect.stringContaining('timestamp: must be an RFC 3339 time') })
    expect(JSON.stringify(decoded)).not.toContain('secret')
    expect(JSON.stringify(decodeEnvelope(bytes('{"id": "secret')))).not.toContain('secret')
  })

  it('reads data nested 10,000 deep', () => {
    const nested = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
    expect(decodeEnvelope(bytes(JSON.stringify(envelope).replace('{"taskId":"t"}', nested)))).toMatchObject({
      readable: true,
    })
  })
})

describe('encodeEnvelope', () => {
  it('writes the fields in the order of the Go service and leaves out what is absent', () => {
    const text = Buffer.from(encodeEnvelope({ ...envelope, metadata: { correlationId: 'c' }, userId: 'u' })).toString()
    expect(text).toBe(
      '{"id":"e-1","type":"task.created","source":"test","userId":"u","timestamp":"2026-01-02T03:04:05.678Z",' +
        '"version":"1.0","data":{"taskId":"t"},"metadata":{"correlationId":"c"}}',
    )
  })

  it('is read back as it was', () => {
    expect(decodeEnvelope(encodeEnvelope(envelope))).toEqual({ readable: true, envelope })
  })
})

describe('envelope', () => {
  it('takes its own id as correlation id where it is a root', () => {
    expect([correlationIdOf(envelope), causationIdOf(envelope)]).toEqual(['e-1', undefined])
  })

  it('reads correlation and causation from metadata, and ignores what is no text', () => {
    expect(correlationIdOf({ ...envelope, metadata: { correlationId: 'c' } })).toBe('c')
    expect(correlationIdOf({ ...envelope, metadata: { correlationId: 1 } })).toBe('e-1')
    expect(causationIdOf({ ...envelope, metadata: { causationId: 'b' } })).toBe('b')
  })

  it.each([
    ['1.0', 1],
    ['2', 2],
    ['12.7', 12],
    ['v1', undefined],
    ['0.1', undefined],
    ['1.x', undefined],
  ])('reads the major of %s', (version, major) => {
    expect(majorVersion(version)).toBe(major)
  })
})
