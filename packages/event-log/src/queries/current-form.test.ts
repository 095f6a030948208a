import { type Domain, defineDomain, defineEvent } from '@house-helper/events-core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import type { EventRecord } from '../event-record.ts'
import { createCurrentForms, inCurrentForm } from './current-form.ts'

const event = { type: 'lamp.lit', description: 'A lamp was lit.' } as const
const first = defineEvent({ ...event, version: '1.0', data: z.object({ watts: z.int() }), example: { watts: 5 } })
const second = defineEvent({
  ...event,
  version: '2.1',
  data: z.object({ milliwatts: z.int() }),
  example: { milliwatts: 5000 },
  previous: first,
  upcast: ({ watts }) => {
    if (watts === 13) throw new RangeError('unlucky')
    return { milliwatts: watts * 1000 }
  },
  downcast: ({ milliwatts }) => ({ watts: Math.round(milliwatts / 1000) }),
})
const domain: Domain = defineDomain({ name: 'lamps', events: [second] })
const current = createCurrentForms([domain])

function record(version: string, data: object, householdId?: string): EventRecord {
  const metadata = { correlationId: 'c-1' }
  const envelope = { id: 'e-1', type: 'lamp.lit', source: 's', householdId, timestamp: '2026-01-02T03:04:05Z', version }
  const value = Buffer.from(JSON.stringify({ ...envelope, data, metadata }))
  return { ...envelope, data, metadata, value, contract: 'unknown-version', issues: [] } as unknown as EventRecord
}

it('brings data of an older major to the newest version', () => {
  const old = record('1.4', { watts: 5, later: true }, 'h')
  expect(current(old)).toEqual({ version: '2.1', data: { milliwatts: 5000 } })
  expect(inCurrentForm(old, current)).toEqual({ ...old, data: { milliwatts: 5000 }, contract: 'ok' })
  expect(old.data).toEqual({ watts: 5, later: true })
})

it.each([
  ['breaks its own version', { watts: 'many' }, 'h', { path: 'data.watts' }],
  ['has an upcast that throws', { watts: 13 }, 'h', { message: 'the upcast from 1.0 to 2.1 threw RangeError' }],
  ['names no subject', { watts: 5 }, undefined, { path: 'householdId' }],
])('says why nothing is handed of one that %s, and hands on what is stored', (_, data, householdId, issue) => {
  const old = record('1.0', data, householdId)
  expect(current(old)).toMatchObject({ version: '2.1', issues: [issue] })
  expect(inCurrentForm(old, current)).toMatchObject({ data, contract: 'broken', issues: [issue] })
})

it.each(['2.0', '3.0', 'latest'])('has no other form of version %s', (version) => {
  const one = record(version, { milliwatts: 5 }, 'h')
  expect([current(one), inCurrentForm(one, current)]).toEqual([undefined, one])
})
