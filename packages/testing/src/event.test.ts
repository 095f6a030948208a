import { createJudge, decodeEnvelope, type Envelope, encodeEnvelope } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { foreignLampsEvent, lamps, lampsEvent, people, peopleEvent } from '../test/lamps.ts'

function verdictOf(event: object) {
  const decoded = decodeEnvelope(encodeEnvelope(event as Envelope))
  return decoded.readable ? createJudge([lamps, people])(decoded.envelope) : decoded
}

describe('a test event', () => {
  it('is valid, about the household or user of the examples, and keyed by it', () => {
    const [lit, moved] = [lampsEvent('lamp.lit'), peopleEvent('person.moved')]
    expect([verdictOf(lit), verdictOf(moved)]).toEqual([{ contract: 'ok' }, { contract: 'ok' }])
    expect(lit).toMatchObject({
      householdId: 'household-001',
      userId: 'user-001',
      key: 'household-001',
      version: '1.2',
    })
    expect(moved).toMatchObject({ userId: 'user-001', key: 'user-001', data: { room: 'kitchen' } })
  })

  it('has an id of its own, and the correlation id of a root', () => {
    const [first, second] = [lampsEvent('lamp.lit'), lampsEvent('lamp.lit')]
    expect(first.id).not.toBe(second.id)
    expect(first.metadata).toEqual({ correlationId: first.id })
  })

  it('says what it is told to, and leaves out what is undefined', () => {
    const fields = { id: 'a', householdId: 'h', source: 'lamp-service', timestamp: '2026-01-02T03:04:05Z' }
    const event = lampsEvent('lamp.lit', { lampId: 'x', watts: undefined }, { ...fields, causationId: 'b' })
    expect(event).toMatchObject({ ...fields, timestamp: '2026-01-02T03:04:05.000Z', key: 'h' })
    expect(event.data).toEqual({ lampId: 'x' })
    expect(event.metadata).toEqual({ correlationId: 'a', causationId: 'b' })
  })

  it.each([
    ['a value that the contract refuses', () => lampsEvent('lamp.lit', { watts: 1.5 }), 'data.watts'],
    ['a required field taken away', () => lampsEvent('lamp.dimmed', { watts: undefined as never }), 'data.watts'],
    ['a field that it does not have', () => lampsEvent('lamp.lit', { volts: 230 } as object), 'volts'],
    [
      'a value that the enumeration does not have',
      () => lampsEvent('lamp.lit', { colour: 'red' as never }),
      'data.colour',
    ],
    ['an id with a space', () => lampsEvent('lamp.lit', {}, { id: 'a b' }), 'id:'],
  ])('is refused with %s, naming the path', (_, make, path) => {
    expect(make).toThrow(expect.objectContaining({ code: 'EVENT_INVALID', message: expect.stringContaining(path) }))
  })
})

describe('a foreign event', () => {
  it('is valid as the Go service writes it: without key and metadata, with nine digits and an offset', () => {
    const event = foreignLampsEvent('lamp.lit')
    expect(verdictOf(event)).toEqual({ contract: 'ok' })
    expect(event.key).toBeNull()
    expect(event).not.toHaveProperty('metadata')
    expect(event.id).toMatch(/^\d{14}-[0-9a-f]{12}$/)
    expect(event.timestamp).toMatch(/\.\d{9}\+02:00$/)
    expect(Math.abs(Date.parse(event.timestamp) - Date.now())).toBeLessThan(60_000)
  })

  it('may say what the contract does not know', () => {
    const event = foreignLampsEvent('lamp.lit', { colour: 'red', volts: 230 }, { metadata: { n: 1 }, key: 'k' })
    expect(verdictOf(event)).toEqual({ contract: 'ok' })
    expect(event).toMatchObject({ data: { colour: 'red', volts: 230 }, metadata: { n: 1 }, key: 'k' })
  })

  it.each([
    ['data', () => foreignLampsEvent('lamp.lit', { lampId: '' }), 'data.lampId'],
    ['version', () => foreignLampsEvent('lamp.lit', {}, { version: '2.0' }), 'version'],
  ])('is refused where a reader would refuse its %s', (_, make, path) => {
    expect(make).toThrow(expect.objectContaining({ code: 'EVENT_INVALID', message: expect.stringContaining(path) }))
  })
})
