import { id, money, openEnum, time } from '@house-helper/events-core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { contractFields } from './contract-field.ts'

it('lists fields with their types, those inside objects, lists, records and unions too', () => {
  const schema = z.object({
    lampId: id().describe('The lamp'),
    litAt: time().optional(),
    price: money().nullable(),
    colour: openEnum(['red', 'blue']),
    rooms: z.array(z.object({ name: z.string() })),
    watts: z.record(z.string(), z.number()),
    plug: z.discriminatedUnion('kind', [z.object({ kind: z.literal('usb'), volts: z.int() })]),
    day: z.iso.date(),
    on: z.boolean(),
  })
  const rows = contractFields(schema).map(({ path, type, required }) => `${path}: ${type}${required ? '' : '?'}`)
  expect(rows).toEqual([
    'lampId: id',
    'litAt: time?',
    'price: money, or null',
    'colour: `red`, `blue`',
    'rooms: list of object',
    'rooms[].name: text',
    'watts: map of number',
    'plug: object',
    'plug.kind: `usb`',
    'plug.volts: integer',
    'day: day',
    'on: boolean',
  ])
  expect(contractFields(schema)[0]?.description).toBe('The lamp')
})
