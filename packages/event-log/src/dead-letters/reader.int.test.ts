import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createDeadLetterStand,
  type DeadLetterStand,
  deadLetterMessage,
  deadNote,
} from '../../test/dead-letter-stand.ts'
import { DEAD_LETTER_INDEXES } from './collections.ts'
import { deadLetterStates } from './document.ts'
import type { DeadLetterQuery, DeadLetterSummary } from './index.ts'
import { beyond, mongoFilter } from './query.ts'

describe('reading dead letters', () => {
  let stand: DeadLetterStand

  beforeAll(async () => {
    stand = await createDeadLetterStand(['points', 'mail'])
    const of = (group: string, count: number) =>
      Array.from({ length: count }, (_, n) => {
        const fingerprint = n % 3 === 0 ? 'rare' : 'usual'
        const failure = { code: 'HANDLER_FAILED', message: `${fingerprint} failure ${n}`, atMs: n }
        const note = deadNote(group, n, { fingerprint, lastFailure: failure })
        const household = n % 2 === 0 ? 'household-even' : 'household-odd'
        const type = n < 5 ? 'cat.fed' : 'task.completed'
        return deadLetterMessage(note, `${group}-${n}`, { householdId: household, type })
      })
    // One append is one instant: their order is that of their offsets.
    await stand.append('points', of('points', 20))
    await stand.append('mail', of('mail', 4))
    stand.indexer()
    await stand.indexed('points', 20)
    await stand.indexed('mail', 4)
    await stand.letters.discard({ filter: { group: 'points', type: 'cat.fed' } })
  })
  afterAll(() => stand.close())

  const all = async (query: DeadLetterQuery) => {
    const items: DeadLetterSummary[] = []
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await stand.letters.list({ ...query, cursor })
      items.push(...page.items)
      cursor = page.next
    }
    return items.map(({ event }) => event?.id)
  }
  const newestFirst = (group: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${group}-${count - 1 - n}`)

  it('lists newest first without loss or repetition at any page size', async () => {
    for (const limit of [1, 3, 19, 20, 500]) {
      expect(await all({ group: 'points', limit })).toEqual(newestFirst('points', 20))
    }
    expect(await all({ limit: 7 })).toHaveLength(24)
  })

  it('filters by group, state, type, subject, error and time', async () => {
    expect(await all({ group: 'mail' })).toEqual(newestFirst('mail', 4))
    expect(await all({ state: 'discarded' })).toEqual(newestFirst('points', 5))
    expect(await all({ state: 'redriven' })).toEqual([])
    expect(await all({ state: 'open', type: 'cat.fed' })).toEqual(newestFirst('mail', 4))
    expect(await all({ group: 'mail', subject: 'household-even' })).toEqual(['mail-2', 'mail-0'])
    expect(await all({ group: 'mail', fingerprint: 'rare' })).toEqual(['mail-3', 'mail-0'])
    expect(await all({ since: '2100-01-01T00:00:00Z' })).toEqual([])
    expect(await all({ group: 'mail', until: '2100-01-01T00:00:00Z' })).toHaveLength(4)
  })

  it('counts open ones by error, the most frequent first, with an example', async () => {
    const errors = await stand.letters.groups({ group: 'points' })
    expect(errors).toMatchObject(
      [
        {
          group: 'points',
          fingerprint: 'usual',
          count: 10,
          type: 'task.completed',
          failure: { message: /^usual failure/ },
        },
        { group: 'points', fingerprint: 'rare', count: 5, failure: { code: 'HANDLER_FAILED' } },
      ].map((error) => ({ ...error, failure: expect.objectContaining({ code: 'HANDLER_FAILED' }) })),
    )
    expect((await stand.letters.get(errors[0]?.exampleId ?? ''))?.fingerprint).toBe('usual')
    expect(await stand.letters.groups({ state: 'discarded' })).toMatchObject([{ count: 3 }, { count: 2 }])
    expect(await stand.letters.groups({ limit: 1 })).toHaveLength(1)
  })

  it('counts the open ones of each group', async () => {
    expect(await stand.letters.open()).toEqual([
      { group: 'mail', open: 4 },
      { group: 'points', open: 15 },
    ])
  })

  it('reads each list in the order of an index, also from a cursor on', async () => {
    const [place] = await stand.db.collection('deadLetters').find().sort({ time: -1, offset: -1 }).toArray()
    for (const filter of [{}, { group: 'points' }]) {
      const both = { $and: [mongoFilter(filter, deadLetterStates), beyond(place as never, 'newest-first')] }
      const found = stand.db.collection('deadLetters').find(both as object)
      const explained = await found.sort({ time: -1, offset: -1, _id: -1 }).limit(3).explain('queryPlanner')
      const plan = JSON.stringify(explained.queryPlanner.winningPlan)
      expect(plan).toContain('group' in filter ? 'by_group' : 'by_state')
      expect(plan).not.toContain('"stage":"SORT"')
    }
  })

  it('counts without reading messages', async () => {
    const pipeline = [{ $match: { state: 'open' } }, { $group: { _id: '$group', open: { $sum: 1 } } }]
    const explained = await stand.db.collection('deadLetters').aggregate(pipeline).explain('queryPlanner')
    const plan = JSON.stringify(explained.queryPlanner.winningPlan)
    expect(plan).toMatch(/PROJECTION_COVERED|COUNT_SCAN/)
    expect(plan).not.toContain('FETCH')
    const indexes = await stand.db.collection('deadLetters').indexes()
    expect(indexes.map(({ name }) => name)).toEqual(['_id_', ...DEAD_LETTER_INDEXES.map(({ name }) => name)])
  })

  it('refuses what is no filter, and a cursor of another list', async () => {
    const injected = { group: { $ne: null } } as unknown as DeadLetterQuery
    await expect(stand.letters.list(injected)).rejects.toMatchObject({ code: 'LOG_QUERY_INVALID' })
    await expect(stand.letters.get({ $gt: '' } as unknown as string)).rejects.toMatchObject({
      code: 'LOG_QUERY_INVALID',
    })
    const { next } = await stand.letters.list({ limit: 1 })
    await expect(stand.letters.list({ limit: 1, group: 'mail', cursor: next })).rejects.toMatchObject({
      code: 'LOG_CURSOR_INVALID',
    })
  })

  it('says which document was altered', async () => {
    const [{ id = '' } = {}] = (await stand.letters.list({ group: 'mail' })).items
    await stand.db.collection<{ _id: string }>('deadLetters').updateOne({ _id: id }, { $set: { count: 'many' } })
    await expect(stand.letters.get(id)).rejects.toMatchObject({
      code: 'LOG_DOCUMENT_INVALID',
      message: expect.stringContaining(id),
    })
  })
})
