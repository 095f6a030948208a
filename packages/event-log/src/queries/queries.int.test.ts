import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStand, eventMessage, recordedUpTo, type Stand } from '../../test/stand.ts'
import { type CausedEvent, createEventLog, type EventLog, type EventPage, measureEnds } from '../index.ts'

const minute = (number: number) => `2026-03-01T10:${String(number).padStart(2, '0')}:00Z`

/** A family of events: a root, what it caused, and what that caused; each in a minute of its own. */
const family = [
  { id: 'root', minute: 0 },
  { id: 'child-1', cause: 'root', minute: 2 },
  // Its service's clock is behind: it seems to be earlier than its cause.
  { id: 'child-2', cause: 'root', minute: 1 },
  { id: 'grandchild', cause: 'child-2', minute: 0 },
  { id: 'orphan', cause: 'never-recorded', minute: 3 },
]

describe('questions to the log', () => {
  let stand: Stand
  let log: EventLog
  let recorded = 0

  const record = async (messages: ReturnType<typeof eventMessage>[]) => {
    await stand.append(messages)
    recorded += messages.length
    await recordedUpTo(stand, recorded)
  }
  beforeAll(async () => {
    stand = await createStand()
    log = createEventLog(stand.db)
    await stand.recorder().start()
    const related = family.map(({ id, cause, minute: at }) =>
      eventMessage(id, {
        ...{ timestamp: minute(at), householdId: 'household-f', type: id === 'root' ? 'cat.fed' : 'task.completed' },
        metadata: { correlationId: 'c-family', ...(cause === undefined ? {} : { causationId: cause }) },
      }),
    )
    const others = Array.from({ length: 40 }, (_, index) =>
      eventMessage(`o${String(index).padStart(2, '0')}`, {
        ...{ timestamp: minute(10 + (index % 20)), userId: `user-${index % 4}`, householdId: `household-${index % 3}` },
        ...{ type: index % 2 === 0 ? 'cat.purred' : 'task.completed', source: index % 5 === 0 ? 'rare' : 'usual' },
      }),
    )
    const login = eventMessage('login', {
      ...{ type: 'user.logged.in', userId: 'user-1', householdId: 'household-1', timestamp: minute(50) },
      data: { device: 'phone' },
    })
    const twin = eventMessage('root', { timestamp: minute(5), householdId: 'household-f', data: { other: true } })
    await record([...related, ...others, login, twin])
  })
  afterAll(() => stand.close())

  const idsOf = (page: { items: EventPage['items'] }) => page.items.map(({ recordId }) => recordId)
  const pagesOf = async (filter: string, limit: number, reader: EventLog = log): Promise<EventPage[]> => {
    const pages: EventPage[] = []
    let cursor: string | undefined
    do {
      const page = await reader.list({ filter, limit, cursor })
      pages.push(page)
      cursor = page.next
    } while (cursor !== undefined)
    return pages
  }
  const allOf = async (filter: string, limit = 7, reader?: EventLog) =>
    (await pagesOf(filter, limit, reader)).flatMap(idsOf)
  const conflictOfRoot = () => `root@${stand.topic}/0/${family.length + 41}`

  describe('a list', () => {
    it('finds the same by the filter, whatever index leads and however long its pages are', async () => {
      const every = (await log.list({ limit: 500 })).items
      const filters: [string, (event: (typeof every)[number]) => boolean][] = [
        ['type:cat.*', ({ type }) => type.startsWith('cat.')],
        ['type:cat.fed type:user.*', ({ type }) => type === 'cat.fed' || type.startsWith('user.')],
        ['household:household-1 household:household-2', ({ householdId }) => /-[12]$/.test(householdId ?? '')],
        ['user:user-1 type:cat.*', ({ userId, type }) => userId === 'user-1' && type.startsWith('cat.')],
        ['subject:user-1 subject:household-1', ({ subject }) => subject === 'user-1' || subject === 'household-1'],
        ['source:rare', ({ source }) => source === 'rare'],
        [
          'contract:broken contract:unknown-type',
          ({ contract }) => contract !== 'ok' && contract !== 'unknown-version',
        ],
        ['contract:ok', ({ contract }) => contract === 'ok'],
        ['correlation:c-family', ({ correlationId }) => correlationId === 'c-family'],
        ['causation:root', ({ causationId }) => causationId === 'root'],
        ['id:root id:o07', ({ id }) => id === 'root' || id === 'o07'],
        [`topic:${stand.topic} since:${minute(20)} until:${minute(22)}`, ({ timestamp }) => /:2[01]:/.test(timestamp)],
        ['type:nothing.*', () => false],
      ]
      for (const [filter, matches] of filters) {
        const expected = idsOf({ items: every.filter(matches) })
        expect([filter, ...(await allOf(filter, 500))]).toEqual([filter, ...expected])
        expect([filter, ...(await allOf(filter, 2))]).toEqual([filter, ...expected])
      }
      expect(await allOf('id:root')).toEqual([conflictOfRoot(), 'root'])
    })

    it('echoes the filter as it was understood, and keeps its relative times on every page', async () => {
      const first = await log.list({ filter: 'since:520w type:task.*', limit: 5 })
      expect(first.filter).toMatch(/^type:task\.\* since:20\d\d-\d\d-\d\dT/)
      const second = await log.list({ filter: 'since:520w type:task.*', limit: 5, cursor: first.next })
      expect(second.filter).toBe(first.filter)
      expect(await log.list({ filter: first.filter, limit: 5, cursor: first.next })).toMatchObject({
        next: second.next,
      })
    })

    it('is pinned to what was recorded at its first page, wherever later events come in', async () => {
      const expected = await allOf('', 10)
      const first = await log.list({ limit: 10 })
      await record([
        eventMessage('later-newest', { timestamp: minute(59) }),
        eventMessage('later-middle', { timestamp: minute(15) }),
        eventMessage('later-oldest', { timestamp: '2020-01-01T00:00:00Z' }),
      ])
      const seen = idsOf(first)
      for (let cursor = first.next; cursor !== undefined; ) {
        const page = await log.list({ limit: 10, cursor })
        seen.push(...idsOf(page))
        cursor = page.next
      }
      expect(seen).toEqual(expected)
      const now = await allOf('', 10)
      expect(now).toHaveLength(expected.length + 3)
      expect([now.at(0), now.at(-1)]).toEqual(['later-newest', 'later-oldest'])
      expect(now.filter((id) => !id.startsWith('later'))).toEqual(expected)
    })

    it('gives out a page whose place was taken by what was recorded since, with where it goes on', async () => {
      const near = createEventLog(stand.db, { maxExamined: 10 })
      const filter = 'household:household-0'
      const expected = await allOf(filter)
      const first = await near.list({ filter, limit: 3 })
      const { time } = first.items.at(-1) ?? { time: new Date() }
      const timestamp = new Date(time.getTime() - 1).toISOString()
      await record(
        Array.from({ length: 30 }, (_, index) =>
          eventMessage(`since-${index}`, { timestamp, householdId: 'household-0' }),
        ),
      )
      const seen = idsOf(first)
      let empty = 0
      for (let cursor = first.next; cursor !== undefined; ) {
        const page = await near.list({ filter, limit: 3, cursor })
        seen.push(...idsOf(page))
        empty += page.items.length === 0 ? 1 : 0
        cursor = page.next
      }
      expect(seen).toEqual(expected)
      expect(empty).toBeGreaterThanOrEqual(2)
    })

    it('gives out a page that has examined its bound, with where it goes on', async () => {
      const near = createEventLog(stand.db, { maxExamined: 10 })
      const pages = await pagesOf('source:rare', 50, near)
      expect(pages.length).toBeGreaterThan(3)
      expect(pages.flatMap(idsOf)).toEqual(await allOf('source:rare'))
      const none = await pagesOf('source:nobody', 50, near)
      expect(none.flatMap(idsOf)).toEqual([])
      expect(none.length).toBeGreaterThan(3)
    })

    it('goes on among more events of one moment than a page may examine', async () => {
      const near = createEventLog(stand.db, { maxExamined: 10 })
      const moment = Array.from({ length: 35 }, (_, index) =>
        eventMessage(`moment-${String(index).padStart(2, '0')}`, {
          ...{ timestamp: minute(55), householdId: 'household-m' },
          ...{ type: index % 7 === 0 ? 'dog.barked' : 'dog.slept', source: index % 9 === 0 ? 'rare' : 'usual' },
        }),
      )
      await record(moment)
      for (const [filter, every] of [
        ['household:household-m type:dog.barked', 7],
        ['household:household-m source:rare', 9],
      ] as const) {
        const expected = moment.flatMap((_, index) => (index % every === 0 ? index : []))
        const names = expected.map((index) => `moment-${String(index).padStart(2, '0')}`).reverse()
        expect((await pagesOf(filter, 2, near)).flatMap(idsOf)).toEqual(names)
      }
    })

    it('ends a page of large events early, with where it goes on', async () => {
      const large = Array.from({ length: 4 }, (_, index) =>
        eventMessage(`large-${index}`, { householdId: 'household-l', data: { taskId: 'x'.repeat(3_000_000) } }),
      )
      for (const message of large) await record([message])
      const pages = await pagesOf('household:household-l', 50)
      expect(pages.map(idsOf)).toEqual([
        ['large-3', 'large-2'],
        ['large-1', 'large-0'],
      ])
    })

    it('takes the state of dead letters, from the few there are or from each event', async () => {
      const letters = stand.db.collection('deadLetters')
      const letter = (id: string, state: string, offset: number) => ({
        ...{ event: { id }, state, note: { topic: stand.topic, partition: 0, offset } },
      })
      await letters.insertMany([letter('o03', 'open', 8), letter('root', 'redriven', 0), letter('gone', 'open', 999)])
      expect(await allOf('status:dead')).toEqual(['o03'])
      expect(await allOf('status:open status:redriven')).toEqual(['o03', 'root'])
      expect(await allOf('status:redriven type:task.*')).toEqual([])
      const unreadable = Array.from({ length: 10_001 }, () => ({ event: { id: 'nobody' }, state: 'open' }))
      await letters.insertMany(unreadable)
      expect(await allOf('status:dead')).toEqual(['o03'])
      await expect(log.stats({ filter: 'status:dead' })).rejects.toMatchObject({ code: 'LOG_QUERY_INVALID' })
      await letters.deleteMany({ 'event.id': 'nobody' })
      expect(await log.stats({ filter: 'status:dead' })).toMatchObject({ total: 1, complete: true })
      await letters.deleteMany({})
    })

    it('says how far the log is recorded, against the ends of Kafka where they are measured', async () => {
      const unmeasured = await log.list({ limit: 1 })
      const partition = { topic: stand.topic, partition: 0, generation: 1, next: recorded }
      expect(unmeasured.coverage).toEqual({
        ...{ complete: undefined, measuredAt: undefined },
        partitions: [{ ...partition, end: undefined, missing: undefined }],
      })
      const ends = await measureEnds(stand.transport)
      const measured = await createEventLog(stand.db, { ends: () => ends }).coverage()
      expect(measured).toMatchObject({ complete: true, partitions: [{ ...partition, end: recorded, missing: 0 }] })
      const more = { ...ends, ends: [...ends.ends, { topic: 'a.new', partition: 0, high: 3 }] }
      const behind = await createEventLog(stand.db, { ends: () => more }).coverage()
      expect(behind).toMatchObject({ complete: false, partitions: [{ topic: 'a.new', generation: 0, missing: 3 }, {}] })
    })

    it('of a household or a user has what names it, beside what the filter says', async () => {
      expect(idsOf(await log.timeline({ household: 'household-1', filter: 'type:user.*' }))).toEqual(['login'])
      expect(idsOf(await log.timeline({ user: 'user-1', limit: 500 }))).toEqual(await allOf('user:user-1'))
      const twice = log.timeline({ household: 'household-1', filter: 'household:household-2' })
      await expect(twice).rejects.toMatchObject({ code: 'LOG_QUERY_INVALID' })
    })
  })

  it('gives the exact message of an event, and of a conflict', async () => {
    const [message] = await stand.read()
    const raw = await log.raw('root')
    expect(raw).toMatchObject({ recordId: 'root', topic: stand.topic, partition: 0, offset: 0, headers: [] })
    expect(Buffer.from(raw?.value ?? []).equals(message?.value ?? Buffer.alloc(0))).toBe(true)
    expect(Buffer.from(raw?.key ?? []).toString()).toBe('household-001')
    expect((await log.raw(conflictOfRoot()))?.offset).toBe(family.length + 41)
    expect(await log.raw('nobody')).toBeUndefined()
  })

  describe('causation', () => {
    const shape = (tree: readonly CausedEvent[]): unknown[] =>
      tree.map(({ event, caused }) => (caused.length === 0 ? event.id : { [event.id]: shape(caused) }))

    it('has the causes of an event up to the root, and what it caused as a tree', async () => {
      const found = await log.causation('child-2')
      expect(found?.ancestors.map(({ id }) => id)).toEqual(['root'])
      expect(shape(found?.descendants ?? [])).toEqual(['grandchild'])
      expect(shape((await log.causation('root'))?.descendants ?? [])).toEqual([
        { 'child-2': ['grandchild'] },
        'child-1',
      ])
      expect(found).toMatchObject({ missingCause: undefined, cuts: [] })
      expect(await log.causation('nobody')).toBeUndefined()
    })

    it('names a cause that is not recorded', async () => {
      expect(await log.causation('orphan')).toMatchObject({ ancestors: [], missingCause: 'never-recorded', cuts: [] })
    })

    it('says where it was cut: by depth, by number, or by a circle', async () => {
      expect((await log.causation('grandchild', { maxDepth: 1 }))?.cuts).toMatchObject([
        { what: 'ancestors', reason: 'depth', message: expect.stringContaining('root') },
      ])
      const shallow = await log.causation('root', { maxDepth: 1 })
      expect(shape(shallow?.descendants ?? [])).toEqual(['child-2', 'child-1'])
      expect(shallow?.cuts).toMatchObject([{ what: 'descendants', reason: 'depth' }])
      const few = await log.causation('root', { maxEvents: 1 })
      expect(few?.cuts).toMatchObject([{ what: 'descendants', reason: 'count' }])
      expect(few?.descendants).toHaveLength(1)
      await record([
        eventMessage('hen', { metadata: { causationId: 'egg' } }),
        eventMessage('egg', { metadata: { causationId: 'hen' } }),
        eventMessage('ouroboros', { metadata: { causationId: 'ouroboros' } }),
      ])
      const circle = await log.causation('hen')
      expect(circle?.cuts).toMatchObject([{ what: 'ancestors', reason: 'cycle' }])
      expect(shape(circle?.descendants ?? [])).toEqual(['egg'])
      expect(await log.causation('ouroboros')).toMatchObject({ descendants: [], cuts: [{ reason: 'cycle' }] })
    })
  })

  describe('a correlation', () => {
    it('has causes before their effects, else the order of time', async () => {
      const found = await log.correlation('c-family')
      expect(found.events.map(({ event, depth }) => `${event.id} ${depth}`)).toEqual([
        ...['root 0', 'child-2 1', 'grandchild 2', 'child-1 1', 'orphan 0'],
      ])
      expect(found).toMatchObject({ missingCauses: ['never-recorded'], cut: undefined })
      expect((await log.correlation('nobody')).events).toEqual([])
    })

    it('says that there is more than it gives', async () => {
      const found = await log.correlation('c-family', { limit: 2 })
      expect(found.events).toHaveLength(2)
      expect(found.cut).toContain('correlation:c-family')
    })
  })

  describe('counts', () => {
    it('are those of the list, bucket by bucket', async () => {
      const filter = `type:cat.* since:${minute(10)} until:${minute(30)}`
      const histogram = await log.histogram({ filter, bucketMs: 300_000 })
      const events = (await log.list({ filter, limit: 500 })).items
      expect(histogram.buckets.map(({ total }) => total)).toEqual(
        [10, 15, 20, 25].map(
          (from) => events.filter(({ time }) => Math.floor(time.getUTCMinutes() / 5) * 5 === from).length,
        ),
      )
      expect(histogram).toMatchObject({ complete: true, bucketMs: 300_000 })
      expect(histogram.buckets[0]?.counts).toEqual([{ key: 'cat.purred', count: histogram.buckets[0]?.total }])
      expect((await log.histogram({ filter })).bucketMs).toBe(60_000)
      const bySource = await log.histogram({ filter: `household:household-1 ${filter}`, by: 'source' })
      const inHousehold = events.filter(({ householdId }) => householdId === 'household-1')
      expect(bySource.buckets.reduce((sum, { total }) => sum + total, 0)).toBe(inHousehold.length)
    })

    it('refuse more buckets than anybody looks at', async () => {
      await expect(log.histogram({ filter: 'since:30d', bucketMs: 1_000 })).rejects.toMatchObject({
        code: 'LOG_QUERY_INVALID',
      })
    })

    it('of all events are those of the ledger', async () => {
      const [{ recorded: inLedger } = { recorded: 0 }] = await log.totals()
      for (const by of ['type', 'topic', 'source', 'contract'] as const) {
        expect(await log.stats({ by })).toMatchObject({ total: inLedger, complete: true, countedFrom: undefined })
      }
      expect((await log.stats({ filter: 'type:cat.*' })).counts).toEqual([
        { key: 'cat.purred', count: 20 },
        { key: 'cat.fed', count: 1 },
      ])
    })
  })

  it('keeps a vector that is too long for a URL under a name, which expires', async () => {
    const short = await log.recorded()
    expect(await log.readVector(await log.writeVector(short))).toEqual(short)
    const random = (index: number) => ((index * 2_654_435_761) % 4_294_967_296) * 1000
    const long = Array.from({ length: 600 }, (_, index) => ({
      ...{ topic: `topic-${String(index).padStart(3, '0')}`, partition: 0, generation: 1, offset: random(index) },
    }))
    const name = await log.writeVector(long)
    expect(name).toMatch(/^~[\w-]{22}$/)
    expect(await log.writeVector(long)).toBe(name)
    expect(await log.readVector(name)).toEqual(long)
    await stand.db.collection('vectors').updateOne({}, { $set: { expiresAt: new Date(0) } })
    const code = 'LOG_VECTOR_INVALID'
    await expect(log.readVector(name)).rejects.toMatchObject({ code, message: /has expired/ })
    for (const text of ['', 'x', '~x', '~'.padEnd(23, 'a'), 'q1ZKTixJTM', Buffer.from('{}').toString('base64url')]) {
      await expect(log.readVector(text)).rejects.toMatchObject({ code })
    }
  })

  it('is followed by what is recorded later, from now or from a position', async () => {
    const before = await log.recorded()
    const ending = new AbortController()
    const seen: string[] = []
    const following = (async () => {
      for await (const { records } of log.follow({
        filter: 'type:cat.*',
        from: before,
        pollMs: 20,
        signal: ending.signal,
      })) {
        seen.push(...records.map(({ id }) => id))
        if (seen.length === 2) ending.abort(new Error('enough'))
      }
    })()
    const ended = expect(following).rejects.toThrow('enough')
    await record([eventMessage('f1', { type: 'cat.fed' }), eventMessage('f2')])
    await record([eventMessage('f3', { type: 'cat.fed' })])
    await ended
    expect(seen).toEqual(['f1', 'f3'])
  })
})
