import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { compileAcceptance } from './acceptance.ts'
import { id, money, openEnum, time } from './fields.ts'
import { schemaFor } from './schema.ts'

const compiled: Record<string, [schema: z.ZodType, values: readonly unknown[]]> = {
  string: [z.string().min(2).max(4).regex(/^a/), ['ab', 'a', 'abcde', 'bcd', 1, null]],
  email: [z.email(), ['a@example.org', 'a', 1]],
  uuid: [z.uuid(), ['3f0e9a54-6a3b-4f0e-9a54-6a3b4f0e9a54', '3f0e']],
  date: [z.iso.date(), ['2026-01-31', '2026-02-30', '31.1.2026']],
  number: [z.number().gt(0).lt(10), [1, 0, 10, 9.5, Number.NaN, Number.POSITIVE_INFINITY, '1']],
  bounds: [z.number().min(0).max(10), [0, 10, -1, 11]],
  integer: [z.int().nonnegative(), [0, 1, -1, 1.5, 2 ** 53]],
  boolean: [z.boolean(), [true, false, 0, 'true']],
  literal: [z.literal(['a', 1]), ['a', 1, '1', null]],
  enum: [z.enum(['a', 'b']), ['a', 'c', 0]],
  openEnum: [openEnum(['a', 'b']), ['a', 'c', 0]],
  money: [
    money(),
    [{ amount: 1, currency: 'EUR' }, { amount: 1.5, currency: 'EUR' }, { amount: 1, currency: 'euro' }, []],
  ],
  time: [time(), ['2026-01-31T12:00:00.123456789+02:00', '2026-01-31']],
  id: [id(), ['task-001', '', 'a b', 'x'.repeat(129)]],
  array: [z.array(z.string()).min(1).max(2), [['a'], [], ['a', 'b', 'c'], ['a', 1], {}]],
  record: [z.record(z.string().max(3), z.int()), [{}, { a: 1 }, { abcd: 1 }, { a: 'b' }, [], null]],
  union: [
    z.discriminatedUnion('k', [
      z.object({ k: z.literal('a') }),
      z.object({ k: z.enum(['b', 'c']), v: z.nullable(z.boolean()) }),
    ]),
    [{ k: 'a' }, { k: 'b', v: null }, { k: 'c' }, { k: 'd' }, {}, null],
  ],
  optional: [z.object({ a: z.string().optional() }), [{}, { a: undefined }, { a: 'b' }, { a: null }, { b: 1 }]],
}

const leftToZod: Record<string, z.ZodType> = {
  multipleOf: z.number().multipleOf(0.1),
  int32: z.int32(),
  'starts with': z.string().startsWith('a'),
  'global pattern': z.string().regex(/a/g),
}

const all = z.object(Object.fromEntries(Object.entries(compiled).map(([name, [schema]]) => [name, z.optional(schema)])))

/** Values of every kind, and what each field of `all` is tried with. */
const anything = fc.oneof(
  fc.jsonValue(),
  ...Object.entries(compiled).map(([name, [, values]]) => fc.record({ [name]: fc.constantFrom(...values) })),
)

describe('a compiled acceptance', () => {
  it.each(Object.entries(compiled))('says of %s what its schema says', (_, [schema, values]) => {
    const accepts = compileAcceptance(schema)
    expect(values.map((value) => accepts?.(value))).toEqual(
      values.map((value) => schemaFor('reader', schema).safeParse(value).success),
    )
  })

  it('never accepts what its schema refuses', () => {
    const accepts = compileAcceptance(all)
    const reader = schemaFor('reader', all)
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (parts) => {
        const value = Object.assign({}, ...parts)
        if (accepts?.(value)) expect(reader.safeParse(value).success).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('leaves keys to zod that it treats in a way of its own', () => {
    const accepts = compileAcceptance(z.record(z.string(), z.int()))
    expect(accepts?.(JSON.parse('{"__proto__":1}'))).toBe(false)
    expect(accepts?.({ constructor: 1 })).toBe(false)
  })

  it.each(Object.entries(leftToZod))('is not made where something is left to zod: %s', (_, schema) => {
    expect(compileAcceptance(z.object({ field: schema }))).toBeUndefined()
  })
})
