import { within } from '@house-helper/events-core'
import { createFaultProxy, type FaultProxy, mongoProtocol } from '@house-helper/fault-proxy'
import { type Db, MongoClient } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { proveLedger } from '../../test/ledger-proof.ts'
import { createStand, eventMessage, recordedUpTo, type Stand, setting, until } from '../../test/stand.ts'

describe('a recorder whose network to MongoDB fails', () => {
  let stand: Stand
  let proxy: FaultProxy
  let client: MongoClient
  let db: Db

  beforeEach(async () => {
    stand = await createStand()
    const { port } = new URL(setting('MONGODB_URI').split(',')[0] ?? '')
    proxy = await createFaultProxy({ protocol: mongoProtocol, targetPort: Number(port) })
    // One server, by the proxy's address: its replica set would send us past the proxy.
    client = await new MongoClient(`mongodb://${proxy.address}/?directConnection=true`, {
      serverSelectionTimeoutMS: 1_000,
    }).connect()
    db = client.db(stand.db.databaseName)
  })
  afterEach(async () => {
    proxy.clear()
    await stand.close()
    await client.close()
    await proxy.close()
  })

  const append = (from: number, count: number) =>
    stand.append(Array.from({ length: count }, (_, index) => eventMessage(`e${from + index}`)))

  it('records each message once when requests and answers are lost at any step', async () => {
    const recorder = stand.recorder({ db, maxBatchMessages: 10 })
    await recorder.start()
    // An update whose answer is lost has moved the ledger: the recorder has to find that it was itself.
    for (const kind of ['cut-before', 'cut-after'] as const) {
      for (const request of ['insert', 'update']) proxy.inject({ kind, requests: [request], skip: 1 })
    }
    await append(0, 100)
    await recordedUpTo(stand, 100)
    expect(proxy.hits.filter(({ kind }) => kind === 'cut-after')).not.toHaveLength(0)
    await proveLedger(stand)
    expect(await stand.db.collection('partitions').findOne()).toMatchObject({
      generation: 1,
      counts: { recorded: 100, repeats: 0, conflicts: 0 },
    })
    expect(recorder.health()).toEqual({ state: 'up', reasons: [] })
  })

  it('does not wait for ever on a connection that says nothing', async () => {
    const recorder = stand.recorder({ db, operationTimeoutMs: 200 })
    await recorder.start()
    const hole = proxy.inject({ kind: 'blackhole', requests: ['insert'] })
    await append(0, 10)
    await until('it is swallowed', () => proxy.hits.length > 0)
    await recordedUpTo(stand, 10)
    hole.lift()
    await proveLedger(stand)
    expect(recorder.stats().partitions[0]?.errors).toBeGreaterThan(0)
  })

  it('closes within its deadline while MongoDB is away', async () => {
    // The driver can miss that a connection closes while a command is written; the deadline is what ends such a wait.
    const recorder = stand.recorder({ db, operationTimeoutMs: 500 })
    await recorder.start()
    await proxy.close()
    await append(0, 10)
    await until('it says so', () => recorder.health().state === 'degraded')
    expect(await within(recorder.close({ timeoutMs: 500 }), 10_000)).toBe(true)
    await recorder.closed
  })
})
