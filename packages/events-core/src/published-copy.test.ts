import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { id, money, openEnum, time } from './fields.ts'
import { compilePublishedCopy, REFUSED } from './published-copy.ts'
import { schemaFor } from './schema.ts'

const compiled: Record<string, [schema: z.ZodType, values: readonly unknown[]]> = {
  string: [z.string().min(2), ['ab', 'a', 1, null]],
  number: [z.int().nonnegative(), [0, 1, -1, 1.5]],
  boolean: [z.boolean(), [true, false, 0]],
  literal: [z.literal('a'), ['a', 'b']],
  enum: [z.enum(['a', 'b']), ['a', 'c']],
  openEnum: [openEnum(['a', 'b']), ['a', 'c', 0]],
  money: [money(), [{ amount: 1, currency: 'EUR' }, { amount: 1, currency: 'EUR', cents: 1 }, { amount: 1 }, []]],
  time: [time(), ['2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000+02:00']],
  id: [id(), ['task-001', '', 'a b']],
  nullable: [z.nullable(z.string()), ['a', null, 1]],
  array: [
    z.array(z.object({ a: z.string() })).max(1),
    [[], [{ a: 'b' }], [{ a: 'b', c: 1 }], [{ a: 'b' }, { a: 'b' }], {}],
  ],
  union: [
    z.discriminatedUnion('k', [
      z.object({ k: z.literal('a') }),
      z.object({ k: z.enum(['b', 'c']), v: z.boolean().optional() }),
    ]),
    [{ k: 'a' }, { k: 'b', v: true }, { k: 'c' }, { k: 'a', v: true }, { k: 'd' }, {}, null],
  ],
  optional: [z.object({ a: z.string().optional() }), [{}, { a: undefined }, { a: 'b' }, { a: null }, { b: 1 }]],
}

const all = z.object(Object.fromEntries(Object.entries(compiled).map(([name, [schema]]) => [name, z.optional(schema)])))

const anything = fc.oneof(
  fc.dictionary(fc.constantFrom(...Object.keys(compiled), 'else'), fc.jsonValue()),
  ...Object.entries(compiled).map(([name, [, values]]) => fc.record({ [name]: fc.constantFrom(...values) })),
)

describe('a compiled copy of what is published', () => {
  it.each(Object.entries(compiled))('is made of %s where its schema is content', (_, [schema, values]) => {
    const copy = compilePublishedCopy(schema)
    const publisher = schemaFor('publisher', schema)
    expect(values.map((value) => copy?.(value))).toEqual(
      values.map((value) => {
        const { success, data } = publisher.safeParse(value)
        return success ? data : REFUSED
      }),
    )
  })

  it('never has another content than the schema gives', () => {
    const copy = compilePublishedCopy(all)
    const publisher = schemaFor('publisher', all)
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (parts) => {
        const value: unknown = Object.assign({}, ...parts)
        const copied = copy?.(value)
        if (copied !== REFUSED) expect({ success: true, data: copied }).toEqual(publisher.safeParse(value))
      }),
      { numRuns: 2_000 },
    )
  })

  it('shares nothing with what was given', () => {
    const given = { list: [{ a: 'b' }], price: { amount: 1, currency: 'EUR' } }
    const schema = z.object({ list: z.array(z.object({ a: z.string() })), price: money() })
    const copied = compilePublishedCopy(schema)?.(given) as typeof given
    expect(copied).toEqual(given)
    expect([copied === given, copied.list === given.list, copied.list[0] === given.list[0]]).toEqual(
      Array(3).fill(false),
    )
  })

  it('is refused where a field that the contract does not have is inherited', () => {
    expect(compilePublishedCopy(z.object({}))?.(Object.create({ more: 1 }))).toBe(REFUSED)
  })

  it.each<[string, z.ZodType]>([
    ['a record', z.record(z.string(), z.int())],
    ['a check without a compiled form', z.number().multipleOf(0.1)],
    ['a field that is no field of a copy', z.object({ ['__proto__']: z.string() })],
  ])('is not made of %s', (_, schema) => {
    expect(compilePublishedCopy(z.object({ field: schema }))).toBeUndefined()
  })
})
