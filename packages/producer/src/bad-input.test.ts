import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type LampShop, openLampShop } from '../test/lamp-shop.ts'

/** What a caller may hand over in spite of the compiler, made anew for each publish. */
interface BadPublish {
  readonly data?: () => unknown
  readonly fields?: () => unknown
}

const household = { householdId: 'household-1' }
const lamp = { lampId: 'lamp-1' }

const fails = (): never => {
  throw new TypeError('secret')
}
const failing = (trap: string): object => new Proxy({ ...lamp }, { [trap]: fails })
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const cycle = (): object => {
  const data: Record<string, unknown> = { ...lamp }
  data.tags = data
  return data
}
const metadataCycle = (): object => {
  const metadata: Record<string, unknown> = {}
  metadata.a = metadata
  return { ...household, metadata }
}
class Tags {
  readonly a = 'b'
}
/** A property that says one thing when it is read first, and another from then on. */
const changing = (name: string, first: unknown, then: unknown): object => {
  let reads = 0
  return Object.defineProperty({}, name, { enumerable: true, get: () => (reads++ === 0 ? first : then) })
}
/** An object that has more keys each time that it is asked. */
const growing = (): object => {
  let asked = 0
  return new Proxy({} as Record<string, string>, {
    ownKeys: () => Array.from({ length: ++asked }, (_, n) => `key-${n}`),
    getOwnPropertyDescriptor: (_, key) =>
      String(key).startsWith('key') ? { enumerable: true, configurable: true, value: 'x' } : undefined,
    get: () => 'x',
  })
}
const sparse = (): unknown[] => {
  const list: unknown[] = []
  list[3] = 'lamp-1'
  return list
}
const tags = (make: () => unknown) => ({ data: () => ({ ...lamp, tags: make() }) })
const watts = (value: unknown) => ({ data: () => ({ ...lamp, watts: value }) })
const metadata = (make: () => unknown) => ({ fields: () => ({ ...household, metadata: make() }) })

const refused: readonly [name: string, given: BadPublish, paths: readonly string[]][] = [
  [
    'a getter that throws',
    {
      data: () => ({
        get lampId() {
          return fails()
        },
      }),
    },
    ['data'],
  ],
  [
    'a nested getter that throws',
    tags(() => ({
      get a() {
        return fails()
      },
    })),
    ['data'],
  ],
  ['a proxy that throws when it is read', { data: () => failing('get') }, ['data']],
  ['a proxy that throws when it is asked for its keys', { data: () => failing('ownKeys') }, ['data']],
  ['a proxy inside that throws when it is asked for its keys', tags(() => failing('ownKeys')), ['data']],
  ['a revoked proxy', { data: revoked }, ['data']],
  ['a revoked proxy inside', tags(revoked), ['data']],
  ['a cycle', { data: cycle }, ['data.tags.tags']],
  ['a BigInt', watts(8n), ['data.watts']],
  ['NaN', watts(Number.NaN), ['data.watts']],
  ['Infinity', watts(Number.POSITIVE_INFINITY), ['data.watts']],
  ['a fraction for an integer', watts(1.5), ['data.watts']],
  ['2^53', watts(2 ** 53), ['data.watts']],
  ['null', watts(null), ['data.watts']],
  ['an object that is a number', watts(Object(8)), ['data.watts']],
  ['an object that is a text', { data: () => ({ lampId: Object('lamp-1') }) }, ['data.lampId']],
  ['a symbol', { data: () => ({ lampId: Symbol('lamp-1') }) }, ['data.lampId']],
  ['a function', { data: () => ({ lampId: () => 'lamp-1' }) }, ['data.lampId']],
  ['a Date', { data: () => ({ lampId: new Date(0) }) }, ['data.lampId']],
  ['a Date as data', { data: () => new Date(0) }, ['data.lampId']],
  ['undefined', { data: () => ({ lampId: undefined }) }, ['data.lampId']],
  ['undefined in a record', tags(() => ({ a: undefined })), ['data.tags.a']],
  ['a Map', tags(() => new Map([['a', 'b']])), ['data.tags']],
  ['a Map as data', { data: () => new Map([['lampId', 'lamp-1']]) }, ['data.lampId']],
  ['a Set', tags(() => new Set(['a'])), ['data.tags']],
  ['an instance of a class', tags(() => new Tags()), ['data.tags']],
  ['bytes', tags(() => Buffer.from('a')), ['data.tags']],
  ['a list', { data: () => Object.assign([], lamp) }, ['data']],
  ['a sparse list', tags(sparse), ['data.tags']],
  ['a function with fields', { data: () => Object.assign(() => {}, lamp) }, ['data']],
  ['a promise', { data: () => Promise.resolve(lamp) }, ['data.lampId']],
  ['a field toJSON', { data: () => ({ ...lamp, toJSON: () => ({}) }) }, ['data']],
  ['a field __proto__', { data: () => JSON.parse('{"lampId":"lamp-1","__proto__":{"watts":1}}') }, ['data']],
  ['a record with the key __proto__', tags(() => JSON.parse('{"__proto__":"x"}')), ['data.tags']],
  ['an inherited field', { data: () => Object.assign(Object.create({ colour: 'red' }), lamp) }, ['data']],
  [
    'fields with a getter that throws',
    {
      fields: () => ({
        get householdId() {
          return fails()
        },
      }),
    },
    ['fields'],
  ],
  ['fields that are a revoked proxy', { fields: revoked }, ['fields']],
  ['fields that are a text', { fields: () => 'household-1' }, ['householdId']],
  ['a household that is a text object', { fields: () => ({ householdId: Object('h') }) }, ['householdId']],
  [
    'metadata with a getter that throws',
    metadata(() => ({
      get a() {
        return fails()
      },
    })),
    ['fields'],
  ],
  ['metadata that is a Map', metadata(() => new Map([['a', 'b']])), ['metadata']],
  ['metadata that is a Date', metadata(() => new Date(0)), ['metadata']],
  ['metadata with a cycle', { fields: metadataCycle }, ['metadata.a']],
  [
    'a time that throws',
    { fields: () => ({ ...household, timestamp: Object.assign(new Date(0), { getTime: fails }) }) },
    ['fields'],
  ],
  ['a day that does not exist', { fields: () => ({ ...household, timestamp: '2025-02-30T12:00:00Z' }) }, ['timestamp']],
]

const sent: readonly [name: string, given: BadPublish, envelope: object][] = [
  ['a key that is a symbol', { data: () => ({ ...lamp, [Symbol('x')]: 1 }) }, { data: lamp }],
  ['undefined where nothing has to be', watts(undefined), { data: lamp }],
  ['-0', watts(-0), { data: { ...lamp, watts: 0 } }],
  ['an object without a prototype', { data: () => Object.assign(Object.create(null), lamp) }, { data: lamp }],
  ['a frozen object', { data: () => Object.freeze({ ...lamp }) }, { data: lamp }],
  ['a lone surrogate', { data: () => ({ lampId: '\ud800' }) }, { data: { lampId: '\ud800' } }],
  ['NUL', { data: () => ({ lampId: '\0' }) }, { data: { lampId: '\0' } }],
  ['a getter that changes', { data: () => changing('lampId', 'lamp-1', { evil: true }) }, { data: lamp }],
  [
    'a nested getter that changes',
    tags(() => changing('a', 'b', { evil: true })),
    { data: { ...lamp, tags: { a: 'b' } } },
  ],
  ['keys that grow', tags(growing), { data: { ...lamp, tags: { 'key-0': 'x' } } }],
  ['a proxy', tags(() => new Proxy({ a: 'b' }, { get: () => 'c' })), { data: { ...lamp, tags: { a: 'c' } } }],
  ['an inherited toJSON', tags(() => ({ toJSON: 'x' })), { data: { ...lamp, tags: { toJSON: 'x' } } }],
  [
    'keys that mean something to others',
    tags(() => ({ $where: 'x', 'a.b': 'y', constructor: 'z' })),
    { data: { ...lamp, tags: { $where: 'x', 'a.b': 'y', constructor: 'z' } } },
  ],
  ['a household that changes', { fields: () => changing('householdId', 'household-1', 'evil') }, household],
  [
    'metadata called __proto__',
    metadata(() => JSON.parse('{"__proto__":"x"}')),
    { metadata: JSON.parse('{"correlationId":"ID","__proto__":"x"}') },
  ],
]

describe('publishing', () => {
  let shop: LampShop
  beforeAll(async () => {
    shop = await openLampShop()
  })
  afterAll(() => shop.publisher.close())

  /** Publishes what is given, and a good event after it; answers what became of both. */
  const publish = async ({ data = () => ({ ...lamp }), fields = () => ({ ...household }) }: BadPublish) => {
    const before = (await shop.envelopes()).length
    const given = shop.publisher.publish('lamp.lit', data() as typeof lamp, fields() as typeof household)
    const [bad] = await Promise.allSettled([given, shop.light('next')])
    return { bad, appended: (await shop.envelopes()).slice(before) }
  }

  it.each(refused)('refuses %s, sends nothing of it, and the next event goes through', async (_, given, paths) => {
    const { bad, appended } = await publish(given)
    expect(bad).toMatchObject({
      status: 'rejected',
      reason: { name: 'PublishError', code: 'EVENT_INVALID', outcome: 'not-sent' },
    })
    const error = (bad as PromiseRejectedResult).reason
    expect(error.issues.map(({ path }: { path: string }) => path)).toEqual(paths)
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('secret')
    expect(appended.map((envelope) => envelope.data)).toEqual([{ lampId: 'next' }])
  })

  it.each(sent)('sends what it has checked of %s', async (_, given, envelope) => {
    const { bad, appended } = await publish(given)
    expect(bad.status).toBe('fulfilled')
    const [first, next] = appended
    const expected = JSON.parse(JSON.stringify(envelope).replace('"ID"', JSON.stringify(first?.id)))
    expect(first).toMatchObject(expected)
    expect(first?.data).toEqual(expected.data ?? lamp)
    expect(next?.data).toEqual({ lampId: 'next' })
  })

  it('is not led astray by an Object.prototype that somebody has added to', async () => {
    const polluted = Object.prototype as unknown as Record<string, unknown>
    const before = (await shop.envelopes()).length
    try {
      polluted.watts = 5
      await expect(shop.light('polluted')).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    } finally {
      delete polluted.watts
    }
    await shop.light('clean')
    expect((await shop.envelopes()).slice(before).map(({ data }) => data)).toEqual([{ lampId: 'clean' }])
  })

  it('refuses a type that is no text', async () => {
    for (const type of [Symbol('x'), { toString: fails }, null, 7, '__proto__', 'constructor']) {
      await expect(shop.publisher.publish(type as 'lamp.lit', lamp, household)).rejects.toMatchObject({
        ...{ name: 'PublishError', code: 'EVENT_INVALID', issues: [{ path: 'type' }] },
      })
    }
  })

  it('says of an event for which there will never be room that it is too large, and takes the next', async () => {
    const small = await openLampShop({ maxQueuedBytes: 2000 })
    const outcome = { code: 'MESSAGE_TOO_LARGE', outcome: 'not-sent', canRetry: false }
    await expect(small.light('x'.repeat(2000))).rejects.toMatchObject(outcome)
    // What JavaScript does past 512 MiB of text, without the 600 MB of memory that it takes to get there.
    vi.spyOn(JSON, 'stringify').mockImplementationOnce(() => {
      throw new RangeError('Invalid string length')
    })
    await expect(small.light('lamp-1')).rejects.toMatchObject(outcome)
    vi.restoreAllMocks()
    await small.light('next')
    expect((await small.envelopes()).map(({ data }) => data)).toEqual([{ lampId: 'next' }])
    await small.publisher.close()
  })
})
