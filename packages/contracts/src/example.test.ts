import { defineEvent, id, money, openEnum, time } from '@house-helper/events-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exampleOf } from './example.ts'
import { jsonSchema } from './json-schema.ts'
import { schemaOfSide } from './schema-side.ts'

function contractOf(data: z.ZodObject) {
  // The example stands in for one that fits: only the generated one is under test.
  return defineEvent({ type: 'lamp.lit', version: '1.0', description: 'A lamp was lit.', data, example: {} as never })
}

function example(data: z.ZodObject, known?: unknown): unknown {
  return exampleOf(schemaOfSide(jsonSchema(contractOf(data)), 'publisher'), { known })
}

const names = fc.constantFrom('lampId', 'litBy', 'dueAt', 'title', 'points', 'name', 'x', 'durationSeconds', 'members')
const size = fc.nat({ max: 30 })

const texts: fc.Arbitrary<z.ZodType> = fc.oneof(
  fc.tuple(size, size).map(([min, more]) =>
    z
      .string()
      .min(min)
      .max(min + more),
  ),
  fc.constantFrom(id(), time(), z.email(), z.uuid(), z.iso.date(), z.iso.datetime(), z.iso.time(), z.iso.duration()),
  fc.constantFrom<z.ZodType>(openEnum(['red', 'blue']), z.enum(['on', 'off']), z.literal('lamp'), z.boolean(), money()),
)
const numbers: fc.Arbitrary<z.ZodType> = fc.oneof(
  fc.tuple(fc.integer({ min: -1_000, max: 1_000 }), size).map(([min, more]) =>
    z
      .int()
      .min(min)
      .max(min + more),
  ),
  fc.integer({ min: -1_000, max: 1_000 }).map((bound) => z.number().gt(bound)),
  fc.integer({ min: -1_000, max: 1_000 }).map((bound) => z.int().lt(bound)),
  fc.tuple(fc.constantFrom(0.5, 5, 60), fc.integer({ min: -50, max: 50 })).map(([step, low]) =>
    z
      .number()
      .multipleOf(step)
      .min(step * low),
  ),
)
const { object } = fc.letrec<{ field: z.ZodType; object: z.ZodObject }>((tie) => ({
  field: fc.oneof(
    { maxDepth: 2 },
    texts,
    numbers,
    tie('object'),
    fc.tuple(tie('field'), size).map(([item, min]) => z.array(item).min(min % 3)),
    tie('field').map((value) => z.record(z.string(), value)),
    tie('field').map((inner) => inner.nullable()),
    fc
      .tuple(tie('object'), tie('object'))
      .map(([one, other]) =>
        z.discriminatedUnion('kind', [
          one.extend({ kind: z.literal('one') }),
          other.extend({ kind: z.enum(['other', 'another']) }),
        ]),
      ),
  ),
  object: fc
    .dictionary(names, fc.tuple(tie('field'), fc.boolean()), { maxKeys: 3 })
    .map((fields) =>
      z.object(
        Object.fromEntries(
          Object.entries(fields).map(([name, [field, optional]]) => [name, optional ? field.optional() : field]),
        ),
      ),
    ),
}))

describe('an example', () => {
  it('is what a publisher may send, whatever the schema', () => {
    fc.assert(
      fc.property(object, (data) => {
        const contract = contractOf(data)
        const value = example(data)
        expect(contract.check('publisher', value), JSON.stringify(value)).toMatchObject({ ok: true })
      }),
      { numRuns: 100 },
    )
  })

  it('has every field, optional ones too, with what its name suggests', () => {
    const data = z.object({
      lampId: id(),
      litBy: id().optional(),
      litAt: time().optional(),
      watts: z.array(z.object({ roomIds: z.array(id()).min(2) })),
      note: z.string().nullable().optional(),
    })
    expect(example(data)).toEqual({
      lampId: 'lamp-001',
      litBy: 'user-001',
      litAt: '2025-10-09T12:00:00.000Z',
      watts: [{ roomIds: ['room-001', 'room-002'] }],
      note: 'The key is under the mat',
    })
  })

  it('keeps what is known and fits, and fills in the rest', () => {
    const data = z.object({
      plug: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('usb'), volts: z.int().max(20) }),
        z.object({
          kind: z.literal('mains'),
          country: z
            .string()
            .regex(/^[A-Z]{2}$/)
            .optional(),
        }),
      ]),
      names: z.array(z.string()),
      size: z.record(z.string(), z.int()),
      watts: z.int().max(5),
    })
    const known = { plug: { kind: 'mains' }, names: ['Desk', 'Bed'], size: { height: 30 }, watts: 60 }
    expect(example(data, known)).toEqual({
      plug: { kind: 'mains', country: 'DE' },
      names: ['Desk', 'Bed'],
      size: { height: 30 },
      watts: 3,
    })
  })

  it('names the field for which none can be made, unless one is known', () => {
    const data = z.object({ bulb: z.object({ socket: z.string().regex(/^E\d{2}$/) }) })
    expect(() => example(data)).toThrow(
      expect.objectContaining({ code: 'EXAMPLE_IMPOSSIBLE', message: expect.stringContaining('data.bulb.socket') }),
    )
    expect(example(data, { bulb: { socket: 'E27' } })).toEqual({ bulb: { socket: 'E27' } })
  })
})
