import type { Document } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { haltingDatabase, withCommand } from '../../test/halting-database.ts'
import { headOf, ledgerEntries, proveLedger } from '../../test/ledger-proof.ts'
import {
  brokerOf,
  createStand,
  eventMessage,
  openDatabase,
  recordedUpTo,
  type Stand,
  uniqueName,
  until,
} from '../../test/stand.ts'
import { createEventLog } from '../index.ts'

const partitions = 4

describe('recorders of one group', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand({ partitions })
  })
  afterEach(() => stand.close())

  const appendEverywhere = async (round: number) => {
    for (let partition = 0; partition < partitions; partition++) {
      const ids = Array.from({ length: 25 }, (_, index) => `p${partition}-${round}-${index}`)
      await stand.append(
        ids.map((id) => eventMessage(id)),
        partition,
      )
    }
  }
  const recordedEverywhere = async (next: number) => {
    for (let partition = 0; partition < partitions; partition++) await recordedUpTo(stand, next, partition)
  }

  it('share the partitions, and each message is recorded once through joins, leaves and lost leases', async () => {
    await appendEverywhere(0)
    const first = stand.recorder({ maxBatchMessages: 10 })
    await first.start()
    await appendEverywhere(1)
    const second = stand.recorder({ maxBatchMessages: 7 })
    await second.start()
    await appendEverywhere(2)
    const assigned = (recorder: typeof first) => recorder.stats().partitions.filter(({ assigned }) => assigned).length
    await until('both have two partitions', () => assigned(first) === 2 && assigned(second) === 2)
    await brokerOf(stand).faults.lose(stand.groupId, 'for a test', { index: 0 })
    await appendEverywhere(3)
    await recordedEverywhere(100)
    await first.close()
    await appendEverywhere(4)
    await recordedEverywhere(125)
    await second.close()
    for (let partition = 0; partition < partitions; partition++) await proveLedger(stand, partition)
    expect(await createEventLog(stand.db).totals()).toEqual([
      { topic: stand.topic, recorded: 500, repeats: 0, conflicts: 0, quarantined: 0 },
    ])
  })

  it('stop writing while the lease is uncertain, and go on when it is certain', async () => {
    const recorder = stand.recorder()
    await recorder.start()
    const { faults } = brokerOf(stand)
    await faults.suspend(stand.groupId, 'no heartbeat')
    expect(recorder.health()).toMatchObject({ state: 'degraded' })
    await appendEverywhere(0)
    await faults.thaw(stand.groupId)
    await recordedEverywhere(25)
    expect(recorder.health().state).toBe('up')
  })

  it('of two groups, with databases of their own, have the same heads, which the topic gives too', async () => {
    const other = await openDatabase()
    try {
      await appendEverywhere(0)
      await stand.recorder({ maxBatchMessages: 10 }).start()
      await stand.recorder({ db: other.db, groupId: uniqueName('logger'), maxBatchMessages: 3 }).start()
      const elsewhere = { ...stand, db: other.db }
      await recordedEverywhere(25)
      for (let partition = 0; partition < partitions; partition++) {
        await recordedUpTo(elsewhere, 25, partition)
        const heads = await Promise.all([headIn(stand, partition), headIn(elsewhere, partition)])
        expect(heads).toEqual([headOf(await stand.read(partition)), headOf(await stand.read(partition))])
      }
    } finally {
      await other.drop()
    }
  })

  it('end the one whose receiver dies: closed rejects and health is down', async () => {
    const recorder = stand.recorder()
    await recorder.start()
    await brokerOf(stand).faults.fail(stand.groupId, new Error('the client broke'))
    await expect(recorder.closed).rejects.toThrow('the client broke')
    expect(recorder.health().state).toBe('down')
  })

  it('drop what they wrote when another recorder has moved the ledger', async () => {
    await appendEverywhere(0)
    // Two groups on one database are two recorders that both believe that the partition is theirs.
    const both = [
      stand.recorder({ maxBatchMessages: 4 }),
      stand.recorder({ groupId: uniqueName('logger'), maxBatchMessages: 3 }),
    ]
    await Promise.all(both.map((recorder) => recorder.start()))
    await recordedEverywhere(25)
    await Promise.all(both.map((recorder) => recorder.close()))
    for (let partition = 0; partition < partitions; partition++) {
      await proveLedger(stand, partition)
      expect((await ledgerEntries(stand, partition)).filter(({ kind }) => kind === 'start')).toHaveLength(1)
    }
  })

  it('record what another recorder left, though nothing new arrives', async () => {
    const messages = Array.from({ length: 25 }, (_, index) => eventMessage(`e${index}`))
    await stand.append(messages)
    // One holds its first move of the ledger until the other has made its own, and is gone.
    const reached = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const held = withCommand(stand.db, async (sent, options) => {
      if (movesLedgerOf(sent, stand.topic)) {
        reached.resolve()
        await gone.promise
      }
      return stand.db.command(sent, options)
    })
    await stand.recorder({ db: held }).start()
    await reached.promise
    const dying = haltingDatabase(stand.db, { when: 'after', matches: (sent) => movesLedgerOf(sent, stand.topic) })
    await stand.recorder({ db: dying.db, groupId: uniqueName('logger'), maxBatchMessages: 3 }).start()
    await dying.halted
    gone.resolve()
    await recordedUpTo(stand, 25)
    await proveLedger(stand)
  })
})

/** Whether a command moves the ledger of a topic's first partition past its beginning. */
function movesLedgerOf(sent: Document, topic: string): boolean {
  const [change] = sent.updates ?? []
  return sent.update === 'partitions' && change?.q?._id === `${topic}/0`
}

async function headIn(stand: Stand, partition: number): Promise<string> {
  const id = `${stand.topic}/${partition}`
  const state = await stand.db.collection<{ _id: string }>('partitions').findOne({ _id: id }, { promoteBuffers: true })
  return Buffer.from(Object(state).head).toString('hex')
}
