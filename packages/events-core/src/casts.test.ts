import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publishData, readData } from './casts.ts'
import { defineEvent } from './define-event.ts'
import { openEnum } from './fields.ts'

const event = { type: 'lamp.lit', description: 'A lamp was lit.' } as const
const first = defineEvent({
  ...event,
  version: '1.2',
  data: z.object({ lampId: z.string(), colour: openEnum(['red', 'blue']), watts: z.int().optional() }),
  example: { lampId: 'lamp-1', colour: 'red' },
})
const second = defineEvent({
  ...event,
  version: '2.0',
  data: z.object({ lampIds: z.array(z.string()).min(1), colour: openEnum(['red', 'blue', 'green']) }),
  example: { lampIds: ['lamp-1'], colour: 'red' },
  previous: first,
  upcast: ({ lampId, colour }) => ({ lampIds: [lampId], colour }),
  downcast: ({ lampIds, colour }) => ({
    lampId: lampIds[0] ?? '',
    // 1.2 has no green: its publishers said blue.
    colour: colour === 'green' ? 'blue' : colour,
  }),
})
const data = z.object({ lamps: z.array(z.object({ id: z.string() })), light: z.object({ colour: openEnum(['red']) }) })
const example: z.input<typeof data> = { lamps: [{ id: 'lamp-1' }], light: { colour: 'red' } }
const fields = {
  ...{ ...event, version: '3.1', data, example, previous: second },
  upcast: (old: { lampIds: string[]; colour: string }) => ({
    lamps: old.lampIds.map((id) => ({ id })),
    light: { colour: old.colour },
  }),
  downcast: (given: z.input<typeof data>) => ({ lampIds: given.lamps.map(({ id }) => id), colour: 'red' as const }),
} as const
/** Wrong definitions too, which the compiler would not let through. */
const define = (changed: object = {}) => defineEvent({ ...fields, ...changed } as typeof fields)
const third = define()
const problem = (checked: ReturnType<typeof readData>) => (checked?.ok === false ? checked.issues : [])

describe('readData', () => {
  it('gives data of every version in the form of the newest', () => {
    const light = { colour: 'mauve' }
    expect([
      readData(third, '1.0', { lampId: 'lamp-1', colour: 'mauve' }),
      readData(third, '2.7', { lampIds: ['lamp-1'], colour: 'mauve' }),
      readData(third, '3.0', { lamps: [{ id: 'lamp-1' }], light }),
    ]).toEqual(Array.from({ length: 3 }, () => ({ ok: true, value: { lamps: [{ id: 'lamp-1' }], light } })))
  })

  it.each(['0.9', '4.0', 'latest', '03.0'])('knows no version %j', (version) => {
    expect(readData(third, version, third.example)).toBeUndefined()
  })

  it('knows only the majors that the chain reaches back to', () => {
    const fourth = defineEvent({ ...event, version: '4.0', data, example })
    expect([readData(fourth, '3.0', third.example), readData(fourth, '5.0', third.example)]).toEqual([
      undefined,
      undefined,
    ])
  })

  it('checks data by the version that it was written under', () => {
    expect(problem(readData(third, '1.0', { lampIds: ['lamp-1'], colour: 'red' }))).toMatchObject([
      { path: 'data.lampId', message: expect.not.stringContaining('upcast') },
    ])
  })

  it('hides the data as it came, and fields that the contract does not have, from a cast', () => {
    const given = Object.freeze({ lampId: 'lamp-1', colour: 'red', extra: Object.freeze({ a: 1 }) })
    let seen: unknown
    const spoiler = defineEvent({
      ...event,
      version: '2.0',
      data: second.schema,
      example: second.example,
      previous: first,
      upcast: (old) => {
        seen = structuredClone(old)
        Object.assign(old, { lampId: 'spoilt' })
        return { lampIds: ['lamp-1'], colour: 'red' }
      },
      downcast: ({ lampIds }) => ({ lampId: lampIds.join(), colour: 'red' }),
    })
    expect(readData(spoiler, '1.0', given)).toMatchObject({ ok: true })
    expect([seen, given.lampId]).toEqual([{ lampId: 'lamp-1', colour: 'red' }, 'lamp-1'])
  })

  it.each<[string, unknown, object]>([
    [
      'gives data that its version forbids',
      () => ({ lamps: 'many', light: {} }),
      { path: 'data.lamps', message: expect.stringMatching(/ \(by the upcast from 2\.0 to 3\.1\)$/) },
    ],
    [
      'throws',
      () => {
        throw new TypeError('with the payload in its words')
      },
      { path: 'data', message: 'the upcast from 2.0 to 3.1 threw TypeError' },
    ],
    [
      'throws what is no error',
      () => {
        throw 'the payload'
      },
      { path: 'data', message: 'the upcast from 2.0 to 3.1 threw something that is no error' },
    ],
    [
      'gives a promise',
      () => Promise.reject(new Error('nobody waits for it')),
      { path: 'data', message: 'the upcast from 2.0 to 3.1 gave a promise; a cast answers at once' },
    ],
    ['gives nothing', () => undefined, { path: 'data', message: expect.stringContaining('from 2.0 to 3.1') }],
  ])('names the upcast that %s', (_, upcast, issue) => {
    const issues = problem(readData(define({ upcast }), '1.0', { lampId: 'lamp-1', colour: 'red' }))
    expect(issues[0]).toEqual(issue)
  })
})

describe('publishData', () => {
  const published = { lamps: [{ id: 'lamp-1' }], light: { colour: 'red' } }

  it('gives the newest form where nothing else is said', () => {
    expect(publishData(third, published)).toEqual({ ok: true, value: published })
  })

  it('gives the form of the version that is published', () => {
    expect([
      publishData(define({ publishAs: '2.0' }), published),
      publishData(define({ publishAs: '1.2' }), published),
    ]).toEqual([
      { ok: true, value: { lampIds: ['lamp-1'], colour: 'red' } },
      { ok: true, value: { lampId: 'lamp-1', colour: 'red' } },
    ])
  })

  it('checks what was given by the newest version, and does not change it', () => {
    const given = Object.freeze({ lampId: 'lamp-1', colour: 'red' })
    expect(publishData(define({ publishAs: '1.2' }), given)).toMatchObject({
      ok: false,
      issues: [{ path: 'data.lamps' }, { path: 'data.light' }, { path: 'data' }],
    })
  })

  it.each<[string, unknown, object]>([
    [
      'leaves a field that its version does not have',
      () => ({ lampIds: ['lamp-1'], colour: 'red', lamps: [] }),
      { path: 'data', message: expect.stringMatching(/"lamps".* \(by the downcast from 3\.1 to 2\.0\)$/) },
    ],
    [
      'gives a value that its publishers may not write',
      () => ({ lampIds: ['lamp-1'], colour: 'mauve' }),
      { path: 'data.colour', message: expect.stringContaining('by the downcast from 3.1 to 2.0') },
    ],
    [
      'throws',
      () => {
        throw new RangeError()
      },
      { path: 'data', message: 'the downcast from 3.1 to 2.0 threw RangeError' },
    ],
  ])('names the downcast that %s', (_, downcast, issue) => {
    expect(problem(publishData(define({ downcast, publishAs: '1.2' }), published))).toEqual([issue])
  })
})

describe('defineEvent', () => {
  it('keeps the chain, newest first', () => {
    expect(third).toMatchObject({ previous: second, publishAs: '3.1', versions: [third, second, first] })
    expect(first).toMatchObject({ previous: undefined, publishAs: '1.2', versions: [first] })
  })

  it.each<[string, object, string]>([
    ['names another type', { type: 'lamp.dimmed' }, 'another type than its previous, lamp.lit 2.0'],
    [
      'is about another subject',
      { subject: 'user' },
      'is about a user, and its previous, lamp.lit 2.0, about a household',
    ],
    ['leaves out a major', { version: '4.0' }, 'has the version 4.0, which does not follow its previous'],
    ['stays at the major', { version: '2.1' }, 'write 3.0'],
    ['has no upcast', { upcast: undefined }, 'has a previous but no upcast'],
    ['has no downcast', { downcast: undefined }, 'has a previous but no downcast'],
    ['has an asynchronous upcast', { upcast: async () => ({}) }, 'asynchronous upcast; a cast answers at once'],
    ['publishes as a version that never was', { publishAs: '1.0' }, 'none of its versions: 3.1, 2.0, 1.2'],
    ['has casts but no previous', { previous: undefined }, 'name the contract of the major version before 3.1'],
    [
      'continues one with a publishAs',
      { previous: { ...second, publishAs: '1.2' } },
      'only the newest version says it',
    ],
  ])('refuses a version that %s', (_, changed, message) => {
    const refusal = () => define(changed)
    expect(refusal).toThrow(expect.objectContaining({ code: 'CONTRACT_INVALID' }))
    expect(refusal).toThrow(message)
  })
})
