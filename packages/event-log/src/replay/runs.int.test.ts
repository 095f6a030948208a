import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, uniqueName, until } from '../../test/stand.ts'
import { runCollection } from './collections.ts'
import type { RunDocument } from './document.ts'
import { createRuns, type Runs } from './runs.ts'

const LEASE_MS = 300

describe('the runs of two loggers', () => {
  let database: Awaited<ReturnType<typeof openDatabase>>
  let [ada, bob]: [Runs, Runs] = [] as never
  let id: string
  beforeAll(async () => {
    database = await openDatabase()
    const options = { collection: runCollection(database.db), leaseMs: LEASE_MS, maxTimeMs: 5_000 }
    ada = createRuns({ ...options, holder: 'ada' })
    bob = createRuns({ ...options, holder: 'bob' })
  })
  afterAll(() => database.drop())
  beforeEach(async () => {
    id = uniqueName('run')
    const at = new Date()
    const run: RunDocument = {
      ...{ _id: id, requestHash: 'h', planId: 'p', filter: 'id:$x', from: [], until: [], total: 9, ratePerSecond: 1 },
      ...{ targets: [{ group: '$g', topic: 't' }], by: '$ada', state: 'planned', fence: 0, perSecond: 0 },
      ...{ createdAt: at, updatedAt: at, checkpoint: { position: [], sent: 0 }, changes: [] },
    }
    await ada.insert(run)
  })

  const sent = (count: number) => ({ checkpoint: { position: [], sent: count }, perSecond: 1 })
  const taken = async (runs: Runs) => {
    const lease = await runs.take(id)
    if (lease === undefined) throw new Error('The run is not to be had.')
    return lease
  }

  it('are in the hands of one at a time, by the lease', async () => {
    const [one, two] = await Promise.all([ada.take(id), bob.take(id)])
    expect([one, two].filter((lease) => lease !== undefined)).toHaveLength(1)
    expect(await ada.waiting(9)).not.toContain(id)
    await until('the lease has ended', async () => (await ada.waiting(9)).includes(id))
  })

  it('shut out who has lost a run: what it writes finds another number', async () => {
    const stale = await taken(ada)
    await until('the lease has ended', async () => (await bob.waiting(9)).includes(id))
    const lease = await taken(bob)
    expect(lease.fence).toBe(stale.fence + 1)
    await bob.beat(lease, sent(5))
    expect(await ada.beat(stale, sent(3))).toBeUndefined()
    await ada.release(stale, sent(3), { to: 'done' })
    const run = await bob.find(id)
    expect(run).toMatchObject({ state: 'running', checkpoint: { sent: 5 }, lease: { holder: 'bob' } })
  })

  it('keep a lease as long as it is renewed', async () => {
    let lease = await taken(ada)
    const endMs = performance.now() + 2 * LEASE_MS
    await until('it was renewed for longer than it lasts', async () => {
      lease = (await ada.beat(lease, sent(1))) ?? lease
      expect(await bob.take(id)).toBeUndefined()
      return performance.now() > endMs
    })
  })

  it('tell who has a run in hand that it was paused, and keep that state when it is let go of', async () => {
    const lease = await taken(ada)
    const reason = { code: 'NOTE', message: 'the $holidays' }
    expect(await bob.change(id, { from: ['running'], to: 'paused', by: '$bob', reason })).toMatchObject({ reason })
    expect(await ada.beat(lease, sent(1))).toBeUndefined()
    await ada.release(lease, sent(2), { to: 'done' })
    const run = await ada.find(id)
    expect(run).toMatchObject({ state: 'paused', checkpoint: { sent: 2 }, reason, filter: 'id:$x' })
    expect(run?.lease).toBeUndefined()
    expect(run?.changes.map(({ to, by }) => `${to} ${by}`)).toEqual(['running ada', 'paused $bob'])
    expect(await bob.take(id)).toBeUndefined()
    expect(await bob.change(id, { from: ['running'], to: 'paused', by: 'bob' })).toBeUndefined()
  })

  it('refuse a document that somebody has altered', async () => {
    await runCollection(database.db).updateOne({ _id: id }, { $set: { fence: 'x' as never } })
    await expect(ada.find(id)).rejects.toMatchObject({ code: 'LOG_DOCUMENT_INVALID' })
  })
})
