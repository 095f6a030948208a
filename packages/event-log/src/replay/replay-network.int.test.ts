import { topicNames } from '@house-helper/events-core'
import { createFaultProxy, type FaultProxy, mongoCollection, mongoProtocol } from '@house-helper/fault-proxy'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createReplayStand, type ReplayStand } from '../../test/replay-stand.ts'
import { setting, uniqueName, until } from '../../test/stand.ts'

describe('a replay whose network to MongoDB fails', () => {
  let stand: ReplayStand
  let proxy: FaultProxy
  let client: MongoClient
  const ids = Array.from({ length: 200 }, (_, n) => `event-${n}`)
  beforeAll(async () => {
    stand = await createReplayStand({ groups: ['points'] })
    await stand.record(ids)
    const { port } = new URL(setting('MONGODB_URI').split(',')[0] ?? '')
    proxy = await createFaultProxy({ protocol: mongoProtocol, targetPort: Number(port) })
    // One server, by the proxy's address: its replica set would send us past the proxy.
    const uri = `mongodb://${proxy.address}/?directConnection=true`
    client = await new MongoClient(uri, { serverSelectionTimeoutMS: 500 }).connect()
  })
  beforeEach(() => proxy.clear())
  afterAll(async () => {
    proxy.clear()
    await stand.close()
    await client.close()
    await proxy.close()
  })

  /** Starts a run whose logger is behind the proxy; resolves with its id once some is sent. */
  async function started(ratePerSecond: number): Promise<string> {
    const planner = stand.replays({ send: false })
    const plan = await planner.plan({ filter: 'type:task.*', groups: ['points'], ratePerSecond })
    stand.replays({ db: client.db(stand.db.databaseName), maxTimeMs: 200 })
    const { id } = await planner.run({ planId: plan.id }, uniqueName('key'))
    return id
  }

  async function sentOf(id: string): Promise<string[]> {
    await stand.reached(stand.replays({ send: false }), id, ['done', 'failed'])
    const inbox = await stand.inbox(topicNames(stand.transport.topicPrefix).inbox('points'))
    return inbox.filter(({ note }) => note.replayRunId === id).map((one) => one.id)
  }

  it('sends every event once, in order, where requests and answers are lost', async () => {
    const id = await started(250)
    for (const kind of ['cut-before', 'cut-after'] as const) {
      await proxy.inject({ kind, requests: ['findAndModify'] }).spent
    }
    expect(await sentOf(id)).toEqual(ids)
    expect(proxy.hits.length).toBeGreaterThanOrEqual(2)
  })

  it('does not wait for ever on a connection that says nothing, when it reads and when it writes', async () => {
    for (const name of ['records', 'replays']) {
      const hole = proxy.inject({ kind: 'blackhole', where: (request) => mongoCollection(request) === name })
      const hits = proxy.hits.length
      const id = await started(2_000)
      await until(`a request to ${name} is swallowed`, () => proxy.hits.length > hits)
      expect(await sentOf(id)).toEqual(ids)
      hole.lift()
    }
  })
})
