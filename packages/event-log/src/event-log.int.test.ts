import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStand, eventMessage, recordedUpTo, type Stand } from '../test/stand.ts'
import { createEventLog, type EventLog, type EventRecord, type ListQuery } from './index.ts'

const minute = (number: number) => `2026-01-01T00:${String(number).padStart(2, '0')}:00Z`

describe('the event log', () => {
  let stand: Stand
  let log: EventLog

  beforeAll(async () => {
    stand = await createStand()
    log = createEventLog(stand.db)
    const events = Array.from({ length: 30 }, (_, index) =>
      eventMessage(`e${String(index).padStart(2, '0')}`, {
        // Three events share each minute: their order is that of their ids.
        timestamp: minute(Math.floor(index / 3)),
        householdId: index % 2 === 0 ? 'household-even' : 'household-odd',
        type: index % 5 === 0 ? 'cat.fed' : 'task.completed',
        userId: index % 3 === 0 ? 'user-a' : 'user-b',
      }),
    )
    const login = eventMessage('login', {
      ...{ type: 'user.logged.in', userId: 'user-a', householdId: 'household-even', timestamp: minute(40) },
      data: { device: 'phone' },
    })
    const bad = Array.from({ length: 3 }, (_, index) => ({ key: null, value: Buffer.from(`bad ${index}`) }))
    await stand.append([...events, login, ...bad])
    await stand.recorder().start()
    await recordedUpTo(stand, 34)
  })
  afterAll(() => stand.close())

  const all = async (query: ListQuery): Promise<EventRecord[]> => {
    const items: EventRecord[] = []
    let cursor: string | undefined
    do {
      const page = await log.list({ ...query, cursor })
      items.push(...page.items)
      cursor = page.next
    } while (cursor !== undefined)
    return items
  }
  const idsOf = (items: readonly EventRecord[]) => items.map(({ id }) => id)

  it('lists newest first, by id within the same instant, without loss or repetition at any page size', async () => {
    const expected = idsOf((await log.list({ limit: 500 })).items)
    expect(expected).toEqual([...expected].sort().reverse())
    expect(expected).toHaveLength(31)
    for (const limit of [1, 2, 3, 7, 31]) expect(idsOf(await all({ limit }))).toEqual(expected)
  })

  it('keeps its pages when something newer and something older is recorded between them', async () => {
    const first = await log.list({ filter: 'subject:household-odd', limit: 5 })
    const rest = idsOf(await all({ filter: 'subject:household-odd', limit: 5 })).slice(5)
    await stand.append([eventMessage('newer', { householdId: 'household-odd', timestamp: minute(59) })])
    await recordedUpTo(stand, 35)
    const again: EventRecord[] = []
    for (let cursor = first.next; cursor !== undefined; ) {
      const page = await log.list({ filter: 'subject:household-odd', limit: 5, cursor })
      again.push(...page.items)
      cursor = page.next
    }
    expect(idsOf(again)).toEqual(rest)
    await stand.db.collection<{ _id: string }>('records').deleteOne({ _id: 'newer' })
  })

  it('takes times as half-open: since is in, until is out', async () => {
    expect(idsOf(await all({ filter: { since: minute(2), until: minute(3) } }))).toEqual(['e08', 'e07', 'e06'])
    expect(
      idsOf(await all({ filter: { since: '2026-01-01T01:02:00+01:00', until: minute(3) }, limit: 1 })),
    ).toHaveLength(3)
  })

  it('refuses what is not a text, so that no operator reaches the database', async () => {
    const injected = { filter: { subject: { $ne: null } } } as unknown as ListQuery
    await expect(log.list(injected)).rejects.toMatchObject({ code: 'LOG_FILTER_INVALID' })
    await expect(log.list({ limit: 501 })).rejects.toMatchObject({ code: 'LOG_QUERY_INVALID' })
    await expect(log.list({ filter: 'since:soon' })).rejects.toMatchObject({ code: 'LOG_FILTER_INVALID' })
    await expect(log.list({ where: 'x' } as ListQuery)).rejects.toMatchObject({ code: 'LOG_QUERY_INVALID' })
    await expect(log.get({ $gt: '' } as unknown as string)).rejects.toMatchObject({ code: 'LOG_QUERY_INVALID' })
  })

  it('refuses a cursor that is broken, or belongs to another list', async () => {
    const { next } = await log.list({ limit: 2 })
    const code = 'LOG_CURSOR_INVALID'
    await expect(log.list({ cursor: 'bm8' })).rejects.toMatchObject({ code })
    await expect(log.list({ cursor: next?.slice(2) })).rejects.toMatchObject({ code })
    await expect(log.list({ cursor: next, filter: 'type:cat.fed' })).rejects.toMatchObject({ code })
    const earlier = Buffer.from(JSON.stringify({ v: 1, q: 'x', t: 1, i: 'a' })).toString('base64url')
    await expect(log.list({ cursor: earlier })).rejects.toMatchObject({
      code,
      message: /an earlier version. Begin again/,
    })
    const later = Buffer.from(JSON.stringify({ v: 3, q: 'x', t: 1, i: 'a' })).toString('base64url')
    await expect(log.list({ cursor: later })).rejects.toMatchObject({ code })
  })

  it('finds one event by its id', async () => {
    expect(await log.get('login')).toMatchObject({ subject: 'user-a', householdId: 'household-even', contract: 'ok' })
    expect(await log.get('nobody')).toBeUndefined()
  })

  it('lists the quarantine newest first, page by page', async () => {
    const first = await log.quarantine({ limit: 2 })
    const second = await log.quarantine({ limit: 2, cursor: first.next })
    const items = [...first.items, ...second.items]
    expect(items.map(({ offset }) => offset)).toEqual([33, 32, 31])
    expect(items[0]).toMatchObject({ reason: 'not-json', message: 'The message is not JSON.' })
    expect(Buffer.from(items[0]?.value ?? []).toString()).toBe('bad 2')
    expect((await log.quarantine({ topic: 'another' })).items).toEqual([])
  })

  it('says which document was altered', async () => {
    await stand.db.collection<{ _id: string }>('records').updateOne({ _id: 'e00' }, { $set: { time: 'noon' } })
    await expect(log.get('e00')).rejects.toMatchObject({ code: 'LOG_DOCUMENT_INVALID', message: /"e00" in records/ })
  })
})
