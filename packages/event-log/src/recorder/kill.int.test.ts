import type { Receiver, Transport } from '@house-helper/events-core'
import type { Document } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Halt, haltingDatabase } from '../../test/halting-database.ts'
import { proveLedger } from '../../test/ledger-proof.ts'
import { brokerOf, createStand, eventMessage, recordedUpTo, type Stand } from '../../test/stand.ts'

const isBatch = (entry: Document | undefined) => entry?.kind === 'batch'
const insertsRecords = (command: Document) => command.insert === 'records'
const movesLedger = (command: Document) => command.update === 'partitions'
const filesEntry = (command: Document) => command.insert === 'ledger' && isBatch(command.documents[0])

const steps: readonly [name: string, halt: Halt][] = [
  ['before the records are written', { when: 'before', matches: insertsRecords }],
  ['after the records are written', { when: 'after', matches: insertsRecords }],
  ['before the ledger moves', { when: 'before', matches: movesLedger }],
  ['after the ledger moved', { when: 'after', matches: movesLedger }],
  ['before the entry is filed', { when: 'before', matches: filesEntry }],
  ['after the entry is filed', { when: 'after', matches: filesEntry }],
]

describe('a recorder that is killed', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
    const events = Array.from({ length: 40 }, (_, index) => eventMessage(`event-${index}`))
    const bad = { key: null, value: Buffer.from('bad') }
    const conflict = eventMessage('event-0', { data: { taskId: 'other' } })
    await stand.append([...events, bad, eventMessage('event-3'), conflict])
  })
  afterEach(() => stand.close())

  for (const [name, halt] of steps) {
    it(`${name} leaves what the next one completes, each message exactly once`, async () => {
      const halting = haltingDatabase(stand.db, halt)
      const killed = stand.recorder({ db: halting.db, maxBatchMessages: 25 })
      await killed.start()
      await halting.halted
      await brokerOf(stand).faults.kill(stand.groupId)

      // Another size of batches: a batch that was half done is cut elsewhere.
      await stand.recorder({ maxBatchMessages: 7 }).start()
      await recordedUpTo(stand, 43)
      await stand.append([eventMessage('last')])
      await recordedUpTo(stand, 44)
      await proveLedger(stand)
      expect(await stand.db.collection('records').countDocuments()).toBe(42)
    })
  }

  it('with half of a batch written leaves what the next one completes', async () => {
    const halting = haltingDatabase(stand.db, { when: 'before', matches: movesLedger })
    await stand.recorder({ db: halting.db }).start()
    await halting.halted
    await brokerOf(stand).faults.kill(stand.groupId)
    await stand.db.collection('records').deleteMany({ offset: { $gte: 10, $lt: 30 } })
    await stand.recorder().start()
    await recordedUpTo(stand, 43)
    await proveLedger(stand)
    expect(await stand.db.collection('records').countDocuments()).toBe(41)
  })

  it('before it commits to Kafka goes on from the ledger', async () => {
    await stand.recorder({ transport: withoutCommits(stand.transport) }).start()
    await recordedUpTo(stand, 43)
    await brokerOf(stand).faults.kill(stand.groupId)
    await stand.append([eventMessage('last')])
    const next = stand.recorder()
    await next.start()
    await recordedUpTo(stand, 44)
    await proveLedger(stand)
    expect(next.stats().partitions[0]?.run.recorded).toBe(1)
  })
})

function withoutCommits(transport: Transport): Transport {
  const receiver: Transport['receiver'] = (options) => {
    const real = transport.receiver(options)
    const commit: Receiver['commit'] = () => new Promise<never>(() => {})
    return new Proxy(real, { get: (target, name) => (name === 'commit' ? commit : bound(target, name)) })
  }
  return new Proxy(transport, { get: (target, name) => (name === 'receiver' ? receiver : bound(target, name)) })
}

function bound(target: object, name: string | symbol): unknown {
  const value = Reflect.get(target, name, target)
  return typeof value === 'function' ? value.bind(target) : value
}
