import { defineEvent, type EventContract, id, money, openEnum, type SubjectKind, time } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { lockedVersion } from '../locked-version.ts'
import { type Change, compareVersions, type Verdict } from './change.ts'
import { partyOfContract, partyOfLocked } from './party.ts'

function contractOf(version: string, data: z.ZodObject, subject: SubjectKind = 'household'): EventContract {
  return defineEvent({ type: 'thing.done', version, subject, description: 'A thing.', data, example: {} as never })
}

/** The changes between two schemas, the older one as it is locked. */
function changesBetween(older: EventContract, newer: EventContract): readonly Change[] {
  return compareVersions(partyOfLocked(older.type, older.version, lockedVersion(older)), partyOfContract(newer))
}

const worst = (verdicts: readonly Verdict[]): Verdict =>
  (['breaking', 'unknown'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'compatible'

const [ok, no, maybe] = ['compatible', 'breaking', 'unknown'] as const
const text = z.string()
const item = z.object({ name: text })
const shapes = (...kinds: readonly string[]) =>
  z.discriminatedUnion('kind', kinds.map((kind) => z.object({ kind: z.literal(kind), size: z.int() })) as never)

/** A change of one field from an older to a newer schema; `undefined` where there is none. */
type Case = [
  what: string,
  older: z.ZodType | undefined,
  newer: z.ZodType | undefined,
  backward: Verdict,
  forward: Verdict,
]

const cases: readonly Case[] = [
  ['adds an optional property', undefined, text.optional(), ok, ok],
  ['adds a required property', undefined, text, no, ok],
  ['adds a required object', undefined, item, no, ok],
  ['takes an optional property away', text.optional(), undefined, ok, ok],
  ['takes a required property away', text, undefined, ok, no],
  ['makes a property required', text.optional(), text, no, ok],
  ['makes a property optional', text, text.optional(), ok, no],
  ['only describes a property', text, text.describe('what it is'), ok, ok],
  ['makes a property nullable', text, text.nullable(), ok, no],
  ['makes a nullable property plain', text.nullable(), text, no, ok],
  ['makes an optional property nullable', text.optional(), text.nullable().optional(), ok, no],
  ['makes a string a number', text, z.number(), no, no],
  ['makes a string an integer', text, z.int(), no, no],
  ['makes a boolean a string', z.boolean(), text, no, no],
  ['makes a string an object', text, item, no, no],
  ['makes a string an array of strings', text, z.array(text), no, no],
  ['makes an object an array', item, z.array(item), no, no],
  ['makes an integer a number', z.int(), z.number(), ok, no],
  ['makes a number an integer', z.number(), z.int(), no, ok],
  ['makes an integer one of 32 bits', z.int(), z.int32(), no, ok],
  ['makes a string an id', text, id(), no, ok],
  ['makes an id a string', id(), text, ok, no],
  ['makes a string a time', text, time(), no, ok],
  ['makes a time a string', time(), text, ok, no],
  ['makes an amount money', z.int(), money(), no, no],
  ['makes a string an enum', text, z.enum(['a', 'b']), no, ok],
  ['makes an enum a string', z.enum(['a', 'b']), text, ok, no],
  ['adds a value to an enum', z.enum(['a', 'b']), z.enum(['a', 'b', 'c']), ok, no],
  ['takes a value from an enum', z.enum(['a', 'b', 'c']), z.enum(['a', 'b']), no, ok],
  ['replaces a value of an enum', z.enum(['a', 'b']), z.enum(['a', 'c']), no, no],
  ['orders an enum otherwise', z.enum(['a', 'b']), z.enum(['b', 'a']), ok, ok],
  ['adds a value to an openEnum', openEnum(['a']), openEnum(['a', 'b']), ok, ok],
  ['takes a value from an openEnum', openEnum(['a', 'b']), openEnum(['a']), ok, ok],
  ['opens an enum', z.enum(['a', 'b']), openEnum(['a', 'b']), ok, ok],
  ['opens an enum and adds a value', z.enum(['a', 'b']), openEnum(['a', 'b', 'c']), ok, no],
  ['closes an openEnum', openEnum(['a', 'b']), z.enum(['a', 'b']), ok, ok],
  ['closes an openEnum without a value', openEnum(['a', 'b', 'c']), z.enum(['a', 'b']), no, ok],
  ['makes a string an openEnum', text, openEnum(['a']), ok, ok],
  ['makes an openEnum a string', openEnum(['a']), text, ok, ok],
  ['changes a constant', z.literal('a'), z.literal('b'), no, no],
  ['makes a constant an enum with it', z.literal('a'), z.enum(['a', 'b']), ok, no],
  ['makes an enum a constant', z.enum(['a', 'b']), z.literal('a'), no, ok],
  ['makes a constant of another type', z.literal('1'), z.literal(1), no, no],
  ['makes a boolean a constant', z.boolean(), z.literal(true), no, ok],
  ['gives a string a format', text, z.email(), no, ok],
  ['takes a string’s format away', z.uuid(), text, ok, no],
  ['makes a day an instant', z.iso.date(), z.iso.datetime(), no, no],
  ['gives a number a minimum', z.number(), z.number().min(1), no, ok],
  ['lowers a minimum', z.number().min(1), z.number().min(0), ok, no],
  ['raises a minimum', z.int().min(0), z.int().min(1), no, ok],
  ['makes a minimum exclusive', z.number().min(0), z.number().gt(0), no, ok],
  ['writes an integer’s minimum otherwise', z.int().positive(), z.int().min(1), ok, ok],
  ['gives a number a maximum', z.number(), z.number().max(10), no, ok],
  ['raises a maximum', z.number().max(10), z.number().max(20), ok, no],
  ['makes a maximum exclusive', z.number().max(10), z.number().lt(10), no, ok],
  ['asks for multiples', z.int(), z.int().multipleOf(5), no, ok],
  ['asks for other multiples that hold the former', z.int().multipleOf(10), z.int().multipleOf(5), ok, no],
  ['asks for other multiples', z.int().multipleOf(2), z.int().multipleOf(3), no, no],
  ['asks for a length', text, text.min(1), no, ok],
  ['asks for less length', text.min(2), text.min(1), ok, no],
  ['bounds a length', text, text.max(10), no, ok],
  ['bounds a length less', text.max(10), text.max(20), ok, no],
  ['bounds the length of an id as ids are', id(), text.max(128), ok, no],
  ['asks for a pattern', text, text.regex(/^[a-z]+$/), no, ok],
  ['takes a pattern away', text.regex(/^[a-z]+$/), text, ok, no],
  ['widens a pattern', text.regex(/^[a-z]+$/), text.regex(/^[a-z0-9]+$/), maybe, no],
  ['narrows a pattern', text.regex(/^[a-z0-9]+$/), text.regex(/^[a-z]+$/), no, maybe],
  ['asks for a second pattern', text.regex(/a/), text.regex(/a/).regex(/b/), no, ok],
  ['makes items of an array numbers', z.array(text), z.array(z.number()), no, no],
  ['adds a required property to items', z.array(z.object({})), z.array(item), no, ok],
  ['asks for items', z.array(text), z.array(text).min(1), no, ok],
  ['bounds the count of items', z.array(text), z.array(text).max(3), no, ok],
  ['bounds the count of items less', z.array(text).max(3), z.array(text).max(4), ok, no],
  ['changes a property deep inside', z.object({ in: item }), z.object({ in: z.object({ name: text.min(2) }) }), no, ok],
  ['adds an option to a union', shapes('a', 'b'), shapes('a', 'b', 'c'), ok, no],
  ['takes an option from a union', shapes('a', 'b'), shapes('a'), no, ok],
  [
    'adds a required property to an option of a union',
    shapes('a', 'b'),
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), size: z.int() }),
      z.object({ kind: z.literal('b'), size: z.int(), colour: text }),
    ]),
    no,
    ok,
  ],
  [
    'tells a union apart by another property',
    shapes('a'),
    z.discriminatedUnion('sort', [z.object({ sort: z.literal('a') })]),
    no,
    no,
  ],
  ['makes an object an option of a union', z.object({ kind: z.literal('a'), size: z.int() }), shapes('a', 'b'), ok, no],
  ['makes a record’s values numbers', z.record(text, text), z.record(text, z.number()), no, no],
  ['asks something of a record’s keys', z.record(text, text), z.record(text.min(2), text), no, ok],
  ['makes an object a record', z.object({ a: text.optional() }), z.record(text, text), ok, ok],
  ['makes a record an object that requires a property', z.record(text, text), z.object({ a: text }), no, ok],
]

describe('compareVersions', () => {
  it.each(cases)('%s', (_, older, newer, backward, forward) => {
    const [old, next] = [
      contractOf('1.0', z.object({ kept: text, ...(older && { field: older }) })),
      contractOf('1.1', z.object({ kept: text, ...(newer && { field: newer }) })),
    ]
    const changes = changesBetween(old, next)
    expect({
      backward: worst(changes.map((change) => change.backward.verdict)),
      forward: worst(changes.map((change) => change.forward.verdict)),
    }).toEqual({ backward, forward })
    // An example is real: the one side's publishers write it, the other side's handlers are not given it.
    for (const change of changes) {
      for (const [outcome, writer, reader] of [
        [change.backward, old, next],
        [change.forward, next, old],
      ] as const) {
        if (outcome.verdict !== 'breaking') continue
        expect(writer.check('publisher', outcome.example)).toMatchObject({ ok: true })
        expect(reader.check('reader', outcome.example)).toMatchObject({ ok: false })
      }
    }
  })

  it('has a table of at least sixty changes', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60)
  })

  it('names the place of each change and what changed', () => {
    const list = (name: z.ZodType, extra: object = {}) => z.object({ list: z.array(z.object({ name, ...extra })) })
    const changes = changesBetween(
      contractOf('1.0', list(text)),
      contractOf('1.1', list(text.min(1), { note: text.optional() })),
    )
    expect(changes.map(({ path, what, verdict }) => [path, what, verdict])).toEqual([
      ['data.list.[].name', 'minLength none → 1', 'breaking'],
      ['data.list.[].note', 'is new: string, optional', 'compatible'],
    ])
  })

  it('says nothing where nothing changed but the order of properties', () => {
    const [a, b] = [z.object({ a: text, b: text }), z.object({ b: text, a: text })]
    expect(changesBetween(contractOf('1.0', a), contractOf('1.1', b))).toEqual([])
  })

  it('finds another subject breaking in both directions, with whole messages as examples', () => {
    const [old, next] = [contractOf('1.0', item), contractOf('1.1', item, 'user')]
    const [change] = changesBetween(old, next)
    expect(change).toMatchObject({
      path: 'subject',
      backward: { verdict: 'breaking', example: { householdId: 'household-001', version: '1.0' } },
      forward: { verdict: 'breaking', example: { userId: 'user-001', version: '1.1' } },
    })
  })

  it('takes the values of the example for an event that breaks', () => {
    const data = z.object({ taskId: id(), title: text })
    const older = defineEvent({
      type: 'thing.done',
      version: '1.0',
      description: 'A thing.',
      data,
      example: { taskId: 'task-001', title: 'Sweep' },
    })
    const [change] = changesBetween(older, contractOf('1.1', data.extend({ room: text })))
    expect(change?.backward.example).toEqual({ taskId: 'task-001', title: 'Sweep' })
  })
})
