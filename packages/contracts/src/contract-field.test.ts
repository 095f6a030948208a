import { defineEvent, id, money, openEnum, time } from '@house-helper/events-core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { contractFields } from './contract-field.ts'
import { jsonSchema } from './json-schema.ts'

const lampBought = defineEvent({
  type: 'lamp.bought',
  version: '1.0',
  description: 'A lamp was bought.',
  data: z.object({
    lampId: id().describe('The lamp'),
    litAt: time().optional(),
    price: money().nullable(),
    colour: openEnum(['red', 'blue']),
    rooms: z.array(z.object({ name: z.string() })),
    watts: z.record(z.string(), z.number()),
    plug: z.discriminatedUnion('kind', [z.object({ kind: z.literal('usb'), volts: z.int() })]),
    day: z.iso.date(),
    on: z.boolean(),
  }),
  example: {
    lampId: 'lamp-1',
    price: null,
    colour: 'red',
    rooms: [],
    watts: {},
    plug: { kind: 'usb', volts: 5 },
    day: '2026-01-31',
    on: true,
  },
})

it('lists fields with their types, those inside objects, lists, records and unions too', () => {
  const fields = contractFields(jsonSchema(lampBought))
  expect(fields.map(({ path, type, required }) => `${path}: ${type}${required ? '' : '?'}`)).toEqual([
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
  expect(fields[0]?.description).toBe('The lamp')
})
