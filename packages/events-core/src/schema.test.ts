import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { id, money, openEnum, time } from './fields.ts'
import { schemaFor, schemaProblems } from './schema.ts'

const allowed: Record<string, z.ZodType> = {
  string: z.string().min(1).max(9).regex(/a/),
  email: z.email(),
  uuid: z.uuid(),
  datetime: z.iso.datetime(),
  number: z.number().positive().multipleOf(3),
  integer: z.int().nonnegative(),
  boolean: z.boolean(),
  literal: z.literal('a'),
  enum: z.enum(['a', 'b']),
  openEnum: openEnum(['a', 'b']),
  money: money(),
  time: time(),
  id: id(),
  array: z.array(z.string()).min(1),
  record: z.record(z.string(), z.int()),
  'discriminated union': z.discriminatedUnion('k', [
    z.object({ k: z.literal('a') }),
    z.object({ k: z.literal('b'), v: z.nullable(z.boolean()) }),
  ]),
  nullable: z.string().nullable(),
  optional: z.string().optional(),
  described: z.string().describe('text'),
}

const refused: Record<string, [schema: z.core.$ZodType, message: string]> = {
  transform: [z.string().transform((text) => text.length), 'z.pipe'],
  preprocess: [z.preprocess((value) => value, z.string()), 'z.pipe'],
  refinement: [z.string().refine(() => true), 'a refinement'],
  'object refinement': [z.object({}).refine(() => true), 'a refinement'],
  coercion: [z.coerce.number(), 'coercion'],
  trim: [z.string().trim(), 'changes the value'],
  toLowerCase: [z.string().toLowerCase(), 'changes the value'],
  catch: [z.number().catch(1), 'z.catch'],
  default: [z.string().default('x'), 'z.default'],
  date: [z.date(), 'z.date'],
  bigint: [z.bigint(), 'z.bigint'],
  any: [z.any(), 'z.any'],
  unknown: [z.unknown(), 'z.unknown'],
  lazy: [z.lazy(() => z.string()), 'z.lazy'],
  tuple: [z.tuple([z.string()]), 'z.tuple'],
  set: [z.set(z.string()), 'z.set'],
  readonly: [z.string().readonly(), 'z.readonly'],
  custom: [z.custom(() => true), 'z.custom'],
  'plain union': [z.union([z.string(), z.number()]), 'discriminator'],
  'loose object': [z.looseObject({}), 'strictness'],
  'strict object': [z.strictObject({}), 'strictness'],
  'enum keys': [z.record(z.enum(['a']), z.string()), 'string keys'],
  url: [z.url(), '"url"'],
  'own format': [z.stringFormat('mine', () => true), '"mine"'],
}

describe('schemaProblems', () => {
  it.each(Object.entries(allowed))('accepts %s', (_, schema) => {
    expect(schemaProblems(z.object({ field: schema }))).toEqual([])
  })

  it.each(Object.entries(refused))('refuses %s, naming it', (_, [schema, message]) => {
    expect(
      schemaProblems(schema, ['field'])
        .map((problem) => problem.message)
        .join(),
    ).toContain(message)
  })

  it('names the path through arrays, records, optionals and unions', () => {
    const deep = z.object({
      list: z.array(z.object({ map: z.record(z.string(), z.optional(z.date())) })),
      either: z.discriminatedUnion('k', [
        z.object({ k: z.literal('a'), when: z.date() }),
        z.object({ k: z.literal('b') }),
      ]),
    })
    const paths = schemaProblems(deep).map(({ path }) => path.filter((part) => part !== '').join('.'))
    expect(paths).toEqual(['list.[].map.*', 'either.|0.when'])
  })
})

describe('schemaFor', () => {
  const contract = z.object({
    kind: openEnum(['red', 'blue']),
    at: time(),
    parts: z.array(z.object({ name: z.string() })).max(2),
    tags: z.record(z.string(), z.object({ weight: z.int() })).optional(),
    choice: z
      .discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b'), n: z.int() })])
      .nullable(),
  })
  const publisher = schemaFor('publisher', contract)
  const reader = schemaFor('reader', contract)
  const valid = { kind: 'red', at: '2026-01-02T03:04:05.678Z', parts: [{ name: 'x' }], choice: { k: 'b', n: 1 } }
  const ok = (schema: z.ZodType, change: object): boolean => schema.safeParse({ ...valid, ...change }).success

  it('lets both sides pass valid data', () => {
    expect([ok(publisher, {}), ok(reader, {})]).toEqual([true, true])
  })

  it.each([
    ['an unknown field', { extra: 1 }],
    ['an unknown field in an array', { parts: [{ name: 'x', extra: 1 }] }],
    ['an unknown field in a record', { tags: { a: { weight: 1, extra: 1 } } }],
    ['an unknown field in a union', { choice: { k: 'a', extra: 1 } }],
    ['a new value of an open enum', { kind: 'green' }],
    ['a time with an offset and nine digits', { at: '2026-01-02T03:04:05.123456789+02:00' }],
    ['a time without milliseconds', { at: '2026-01-02T03:04:05Z' }],
  ])('refuses %s from a publisher and lets a reader pass it', (_, change) => {
    expect([ok(publisher, change), ok(reader, change)]).toEqual([false, true])
  })

  it.each([
    ['a wrong type', { parts: 'x' }],
    ['too many items', { parts: [{ name: 'x' }, { name: 'y' }, { name: 'z' }] }],
    ['a time that is none', { at: 'yesterday' }],
    ['an open enum that is no text', { kind: 1 }],
    ['an unknown discriminator', { choice: { k: 'c' } }],
    ['a missing field', { parts: undefined }],
  ])('refuses %s on both sides', (_, change) => {
    expect([ok(publisher, change), ok(reader, change)]).toEqual([false, false])
  })
})
