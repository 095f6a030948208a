import type { Collection, CollectionOptions, Db, Document, Filter, FindOptions } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStand, eventMessage, recordedUpTo, type Stand } from '../../test/stand.ts'
import { createEventLog, type EventLog, RECORD_INDEXES } from '../index.ts'

const EVENTS = 600
const minute = (number: number) => new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString()

/** What MongoDB did for one command, by its profiler. */
interface Executed {
  /** Names of the indexes, each once. */
  readonly indexes: readonly string[]
  readonly documents: number
  readonly keys: number
  readonly sortsInMemory: boolean
}

describe('the plans of questions', () => {
  let stand: Stand
  let log: EventLog

  beforeAll(async () => {
    stand = await createStand()
    log = createEventLog(stand.db)
    const types = ['task.completed', 'cat.fed', 'cat.purred', 'dog.barked']
    const messages = Array.from({ length: EVENTS }, (_, index) =>
      eventMessage(`e${index}`, {
        ...{ timestamp: minute(index), userId: `user-${index % 30}`, householdId: `household-${index % 20}` },
        ...{ type: types[index % 4], source: `s-${index % 2}`, data: { taskId: index % 100 === 0 ? 7 : 'task' } },
        metadata: { correlationId: `c-${index >> 2}`, ...(index % 4 === 0 ? {} : { causationId: `e${index - 1}` }) },
      }),
    )
    await stand.append(messages)
    await stand.recorder().start()
    await recordedUpTo(stand, EVENTS)
    await stand.db.command({ profile: 2 })
  })
  afterAll(async () => {
    await stand.db.command({ profile: 0 })
    await stand.close()
  })

  /** Asks, and gives what was done for each command about records. */
  const executedFor = async (question: () => Promise<unknown>): Promise<Executed[]> => {
    const profiled = () =>
      stand.db
        .collection('system.profile')
        .find({ ns: `${stand.db.databaseName}.records`, op: { $in: ['query', 'command', 'getmore'] } })
        .sort({ $natural: 1 })
        .toArray()
    const before = (await profiled()).length
    await question()
    return (await profiled()).slice(before).map(executedOf)
  }

  const reading = async (filter: string) => {
    for await (const _ of log.read({ filter })) {
      // Only what it does is looked at.
    }
  }
  // A question, the index of its last command, and how many documents it may look at: those of the page, one more that
  // says whether another follows, and what MongoDB reads ahead.
  const shapes: [string, () => Promise<unknown>, string[], number][] = [
    ['everything', () => log.list({ limit: 10 }), ['by_time'], 11],
    ['everything since a time', () => log.list({ filter: `since:${minute(500)}`, limit: 10 }), ['by_time'], 11],
    ['a type', () => log.list({ filter: 'type:cat.fed', limit: 10 }), ['by_type'], 11],
    ['types by their beginning', () => log.list({ filter: 'type:cat.*', limit: 10 }), ['by_type'], 12],
    ['a household', () => log.timeline({ household: 'household-3', limit: 10 }), ['by_household_type'], 11],
    ['a user', () => log.timeline({ user: 'user-3', limit: 10 }), ['by_user_subject'], 11],
    // Each document is counted twice: where its subject is looked at, and where those of both indexes are merged.
    [
      'a subject',
      () => log.list({ filter: 'subject:household-3', limit: 10 }),
      ['by_household_type', 'by_user_subject'],
      22,
    ],
    [
      'a user as a subject, whose events are all about a household',
      () => log.list({ filter: 'subject:user-3', limit: 10 }),
      ['by_household_type', 'by_user_subject'],
      0,
    ],
    [
      'a household and a type',
      () => log.list({ filter: 'household:household-3 type:dog.*' }),
      ['by_household_type'],
      30,
    ],
    ['a correlation, as a list', () => log.list({ filter: 'correlation:c-7' }), ['by_correlation'], 4],
    ['a cause, as a list', () => log.list({ filter: 'causation:e8' }), ['by_causation'], 1],
    ['broken contracts', () => log.list({ filter: 'contract:broken', limit: 3 }), ['by_contract'], 4],
    ['an id', () => log.list({ filter: 'id:e7' }), ['_id_'], 1],
    ['one event', () => log.get('e7'), ['_id_'], 1],
    ['its message', () => log.raw('e7'), ['_id_'], 1],
    ['a correlation', () => log.correlation('c-7'), ['by_correlation'], 4],
    ['what an event caused', () => log.causation('e10'), ['by_causation'], 1],
    ['counts by type', () => log.stats({ filter: `since:${minute(10)} until:${minute(20)}` }), ['by_type'], 0],
    [
      'counts of a household',
      () => log.stats({ filter: 'household:household-3', by: 'source' }),
      ['by_household_type'],
      30,
    ],
    ['records in position order', () => reading(''), ['by_position'], 500],
    ['some records in position order', () => reading('household:household-3 type:cat.*'), ['by_position'], 600],
  ]
  it.each(shapes)('find %s by an index, in its order, and look at nothing else', async (_, question, indexes, most) => {
    const executed = await executedFor(question)
    const main = executed.filter((one) => one.indexes.join() === indexes.join())
    expect(executed.map((one) => one.indexes.join())).toContain(indexes.join())
    for (const { documents } of main) expect(documents).toBeLessThanOrEqual(most)
    for (const { sortsInMemory, indexes: used } of executed)
      if (used.join() !== '_id_') expect(sortsInMemory).toBe(false)
  })

  it('go on in the middle of an index, as far from its end as the page is', async () => {
    for (const filter of ['', 'type:cat.fed', 'household:household-3', 'subject:household-3', 'type:cat.*']) {
      const pages = [await log.list({ filter, limit: 5 })]
      for (let count = 0; count < 3; count++)
        pages.push(await log.list({ filter, limit: 5, cursor: pages.at(-1)?.next }))
      const [executed] = (await executedFor(() => log.list({ filter, limit: 5, cursor: pages.at(-1)?.next }))).slice(-1)
      const { documents = 0, keys = 0 } = executed ?? {}
      expect([filter, documents <= 8, keys <= 12]).toEqual([filter, true, true])
    }
  })

  it('find the types that begin alike by one key each', async () => {
    const [types] = await executedFor(() => log.list({ filter: 'type:cat.*', limit: 1 }))
    expect(types).toMatchObject({ indexes: ['by_type'], documents: 0 })
    expect(types?.keys).toBeLessThanOrEqual(4)
  })

  it('look for a rare type in windows, where looking for it without bounds takes long', async () => {
    const filter = 'household:household-3 type:dog.*'
    const { items } = await log.list({ filter })
    const slow = createEventLog(slowWithoutBounds(stand.db))
    const executed = await executedFor(async () => {
      expect((await slow.list({ filter })).items).toEqual(items)
    })
    // The bound and what lies before it; what is given up may have no plan yet.
    const looked = executed.filter(({ indexes }) => indexes.join() === 'by_household_type')
    expect(looked.length).toBeGreaterThanOrEqual(2)
  })

  it('examine no more documents than a page may', async () => {
    const near = createEventLog(stand.db, { maxExamined: 50 })
    const executed = await executedFor(() => near.list({ filter: 'source:nobody' }))
    const documents = sumOf(executed, 'documents')
    expect([documents > 40, documents <= 50]).toEqual([true, true])
  })

  it('look no farther along an index than a page needs, however many events there are', async () => {
    const some = createEventLog(stand.db, { maxExamined: 400 })
    const executed = await executedFor(() => some.list({ filter: 'source:s-1', limit: 5 }))
    // Every second one is of the source: eleven or twelve for five and one more. A twentieth of what a page may examine
    // bounds it, which takes a key each.
    expect(sumOf(executed, 'documents')).toBeLessThanOrEqual(12)
    expect(sumOf(executed, 'keys')).toBeLessThanOrEqual(20 + 12 + 1)
  })
})

/** A database in which a query that is to take a tenth of a second at most takes longer. */
function slowWithoutBounds(db: Db): Db {
  const find = (records: Collection): Collection['find'] =>
    ((filter: Filter<Document>, options?: FindOptions) =>
      records.find(options?.maxTimeMS === 100 ? { $and: [filter, { $where: 'sleep(50) || true' }] } : filter, {
        ...options,
      })) as Collection['find']
  const slow = (records: Collection): Collection =>
    new Proxy(records, {
      get: (of, name) => (name === 'find' ? find(of) : Reflect.get(of, name, of)),
    })
  return new Proxy(db, {
    get: (of, name) => {
      if (name !== 'collection') return Reflect.get(of, name, of)
      return (called: string, options?: CollectionOptions) => {
        const collection = of.collection(called, options ?? {})
        return called === 'records' ? slow(collection) : collection
      }
    },
  })
}

function sumOf(executed: readonly Executed[], what: 'documents' | 'keys'): number {
  return executed.reduce((sum, one) => sum + one[what], 0)
}

function executedOf({
  planSummary = '',
  docsExamined = 0,
  keysExamined = 0,
  hasSortStage = false,
}: Document): Executed {
  const nameOf = (keys: string) =>
    RECORD_INDEXES.find(({ key }) => Object.keys(key).join() === keys)?.name ?? (keys === '_id' ? '_id_' : keys)
  const scans = [...String(planSummary).matchAll(/(?:IXSCAN|COUNT_SCAN|DISTINCT_SCAN) \{([^}]*)\}/g)].map(
    ([, keys = '']) => nameOf([...keys.matchAll(/([\w.]+):/g)].map(([, name]) => name).join()),
  )
  const indexes = /IDHACK/.test(planSummary) ? ['_id_'] : [...new Set(scans)].sort()
  return { indexes, documents: docsExamined, keys: keysExamined, sortsInMemory: hasSortStage }
}
