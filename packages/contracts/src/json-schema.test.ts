import { defineEvent, type EventContract, id, money, openEnum, time } from '@house-helper/events-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { arbitrarySchema } from '../test/arbitrary-schema.ts'
import { arbitraryValue } from '../test/arbitrary-value.ts'
import { zodDataOf } from '../test/zod-of.ts'
import { type ContractSchema, jsonSchema, schemaOfSide } from './index.ts'
import { createValidator } from './validator.ts'

function contractOf(data: z.ZodObject): EventContract {
  return defineEvent({ type: 'thing.done', version: '1.0', description: 'A thing.', data, example: {} as never })
}

function fieldSchema(field: z.ZodType): ContractSchema | undefined {
  return jsonSchema(contractOf(z.object({ field }))).properties?.field
}

const safe = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }

describe('jsonSchema', () => {
  it.each<[string, z.ZodType, ContractSchema]>([
    ['lengths', z.string().min(1).min(2).max(9), { type: 'string', minLength: 2, maxLength: 9 }],
    ['an exact length', z.string().length(3), { type: 'string', minLength: 3, maxLength: 3 }],
    ['several patterns', z.string().regex(/a/).regex(/b/), { type: 'string', pattern: 'a', allOf: [{ pattern: 'b' }] }],
    ['a beginning', z.string().startsWith('a.b'), { type: 'string', pattern: '^a\\.b' }],
    ['an end', z.string().endsWith('+'), { type: 'string', pattern: '\\+$' }],
    ['a part', z.string().includes('x', { position: 2 }), { type: 'string', pattern: '^[\\s\\S]{2,}x' }],
    ['a format', z.uuid(), { type: 'string', format: 'uuid', pattern: z.regexes.uuid().source }],
    ['an integer', z.int().positive(), { type: 'integer', exclusiveMinimum: 0, maximum: safe.maximum }],
    ['an integer of 32 bits', z.int32(), { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }],
    [
      'bounds',
      z.number().min(1).gt(0).lt(9).multipleOf(0.5),
      { type: 'number', minimum: 1, exclusiveMaximum: 9, multipleOf: 0.5 },
    ],
    ['a literal', z.literal('a'), { type: 'string', const: 'a' }],
    ['several literals', z.literal(['a', 1]), { enum: ['a', 1] }],
    ['an enumeration', z.enum(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
    ['an open enumeration', openEnum(['a']), { type: 'string', 'x-house-helper': 'openEnum', enum: ['a'] }],
    ['an id', id(), { type: 'string', 'x-house-helper': 'id', pattern: '^[\\x21-\\x7e]{1,128}$' }],
    [
      'an array',
      z.array(z.boolean()).min(1).max(2),
      { type: 'array', minItems: 1, maxItems: 2, items: { type: 'boolean' } },
    ],
    ['a nullable', z.boolean().nullable(), { anyOf: [{ type: 'boolean' }, { type: 'null' }] }],
    [
      'a record',
      z.record(z.string().min(1), z.boolean()),
      { type: 'object', propertyNames: { minLength: 1 }, additionalProperties: { type: 'boolean' } },
    ],
    [
      'a description, the outermost',
      z.boolean().describe('in').optional().describe('out'),
      { type: 'boolean', description: 'out' },
    ],
  ])('writes %s', (_, field, expected) => {
    expect(fieldSchema(field)).toEqual(expected)
  })

  it('writes money, closed and with both parts required', () => {
    expect(fieldSchema(money())).toMatchObject({ required: ['amount', 'currency'], additionalProperties: false })
  })

  it('requires what is neither optional nor a nullable optional', () => {
    const data = z.object({
      a: z.string(),
      b: z.string().optional(),
      c: z.string().optional().nullable(),
      d: z.string().nullable(),
    })
    expect(jsonSchema(contractOf(data)).required).toEqual(['a', 'd'])
  })

  it.each([
    ['a pattern with flags', z.string().regex(/a/i), /thing\.done@1\.0.*at data\.field, .*write \/a\/i without "i"/],
    ['a literal that JSON does not have', z.literal(1n), /at data\.field, JSON has no value 1/],
  ])('refuses %s, naming the place', (_, field, message) => {
    expect(() => fieldSchema(field)).toThrow(message)
  })

  it('gives back the schema that the contract was written from', () => {
    fc.assert(
      fc.property(arbitrarySchema, (schema) => {
        expect(jsonSchema(contractOf(zodDataOf(schema)))).toEqual(schema)
      }),
    )
  })
})

describe('schemaOfSide', () => {
  it.each(['publisher', 'reader'] as const)('agrees with the check at run time of a %s', (side) => {
    let [fits, breaks] = [0, 0]
    const schemaAndValues = arbitrarySchema.chain((schema) =>
      fc.tuple(fc.constant(schema), fc.array(arbitraryValue(schema), { minLength: 10, maxLength: 10 })),
    )
    fc.assert(
      fc.property(schemaAndValues, ([schema, values]) => {
        const contract = contractOf(zodDataOf(schema))
        const validate = createValidator(schemaOfSide(jsonSchema(contract), side))
        for (const value of values) {
          const { ok } = contract.check(side, value)
          expect(validate(value).length === 0, JSON.stringify(value)).toBe(ok)
          if (ok) fits++
          else breaks++
        }
      }),
      { numRuns: 150 },
    )
    // Where nearly all values fit or break, agreement would say little.
    expect(Math.min(fits, breaks)).toBeGreaterThan(100)
  })

  it('lets readers pass further properties and any text of an open enumeration, at any depth', () => {
    const contract = contractOf(z.object({ list: z.array(z.object({ colour: openEnum(['red']), at: time() })) }))
    const data = { list: [{ colour: 'green', at: '2026-01-02T03:04:05Z', more: 1 }], more: 1 }
    const placesOf = (side: 'publisher' | 'reader') => createValidator(schemaOfSide(jsonSchema(contract), side))(data)
    expect(placesOf('reader')).toEqual([])
    expect(placesOf('publisher').toSorted()).toEqual(['', '/list/0', '/list/0/at', '/list/0/colour'])
  })
})
