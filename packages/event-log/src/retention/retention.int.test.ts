import type { OutgoingMessage } from '@house-helper/events-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { brokerOf, createStand, eventMessage, recordedUpTo, type Stand } from '../../test/stand.ts'
import { createEventLog } from '../index.ts'
import { backfillLog } from '../verification/backfill-log.ts'
import { type VerificationStep, verifyLog } from '../verification/verify-log.ts'
import { applyRetention, type DomainRetention, type RetentionOptions } from './apply-retention.ts'

const day = 86_400_000
const policy = [{ domain: 'tasks', keepMs: 30 * day }]
const now = new Date('2026-01-31T00:00:00Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * day)

let stand: Stand

/** Records messages as if Kafka had got them so many days ago. */
async function recorded(...messages: readonly (readonly [days: number, message: OutgoingMessage])[]): Promise<void> {
  const { db, topic } = stand
  const from = await stand.append(messages.map(([, message]) => message))
  const recorder = stand.recorder({ maxBatchMessages: 3 })
  await recorder.start()
  await recordedUpTo(stand, from + messages.length)
  await recorder.close()
  const generation = (await db.collection('partitions').findOne({ topic }))?.generation
  for (const [index, [days]] of messages.entries()) {
    const change = { $set: { brokerTime: daysAgo(days) } }
    await db.collection('records').updateOne({ generation, offset: from + index }, change)
    await db.collection('quarantine').updateOne({ generation, offset: from + index }, change)
  }
}

/** Old: a, a tombstone, a again, b. Young: c, d, which is old but lies behind a young one, and a once more. */
async function recordSome(): Promise<void> {
  await recorded(
    [40, eventMessage('a')],
    [39, { key: null, value: null }],
    [38, eventMessage('a')],
    [37, eventMessage('b')],
    [10, eventMessage('c')],
    [35, eventMessage('d')],
    [1, eventMessage('a')],
  )
}

async function apply(options: Partial<RetentionOptions> = {}): Promise<DomainRetention> {
  const { db, transport } = stand
  const domains: DomainRetention[] = []
  const base = { db, topicPrefix: transport.topicPrefix, policy, now }
  for await (const step of applyRetention({ ...base, ...options }))
    if (step.kind === 'domain') domains.push(step.domain)
  return domains[0] as DomainRetention
}

async function ids(collection: string): Promise<string[]> {
  const found = stand.db.collection<{ _id: string }>(collection).find().sort({ offset: 1 })
  return (await found.toArray()).map(({ _id }) => _id)
}

async function verified() {
  const steps: VerificationStep[] = []
  for await (const step of verifyLog({ db: stand.db, transport: stand.transport })) steps.push(step)
  const findings = steps.flatMap((step) => (step.kind === 'finding' ? [step.finding] : []))
  const last = steps.at(-1)
  return { findings, summary: last?.kind === 'summary' ? last.summary : undefined }
}

const records = () => stand.db.collection<{ _id: string }>('records')

describe('what retention leaves', () => {
  let ledger: number
  let told: DomainRetention
  beforeAll(async () => {
    stand = await createStand()
    await recordSome()
    ledger = await stand.db.collection('ledger').countDocuments()
    told = await apply()
  })
  afterAll(() => stand.close())

  it('is what is young, and all from the first young message on; the ledger stays', async () => {
    expect(told).toMatchObject({ records: 2, quarantined: 1, oldestKept: daysAgo(10) })
    expect(await ids('records')).toEqual(['c', 'd'])
    expect(await ids('quarantine')).toEqual([])
    expect(await stand.db.collection('ledger').countDocuments()).toBe(ledger)
  })

  it('is written down with what was removed, which the next run adds up', async () => {
    expect(await stand.db.collection('removals').findOne()).toMatchObject({
      ...{ _id: `${stand.topic}/0`, removedBelow: { generation: 1, offset: 4 }, records: 2, quarantined: 1 },
      ...{ oldest: daysAgo(40), newest: daysAgo(37), keepMs: 30 * day },
    })
    const again = await apply()
    expect(again).toMatchObject({ records: 0, quarantined: 0, removedBefore: { records: 2, quarantined: 1 } })
  })

  it('is what lists and readers answer, and coverage says up to where there is nothing', async () => {
    const log = createEventLog(stand.db)
    const [partition] = (await log.coverage()).partitions
    expect(partition).toMatchObject({ next: 7, removedBelow: { generation: 1, offset: 4 } })
    expect((await log.list()).items.map(({ id }) => id).sort()).toEqual(['c', 'd'])
    const read: string[] = []
    for await (const { records } of log.read()) read.push(...records.map(({ id }) => id))
    expect(read).toEqual(['c', 'd'])
  })

  it('is sound for a verification, and a backfill brings nothing back', async () => {
    const { findings, summary } = await verified()
    expect(findings).toEqual([])
    // The event that is repeated at 6 was removed too.
    expect(summary).toEqual({ partitions: 1, messages: 7, compared: 2, removed: 5, findings: 0 })
    for await (const step of backfillLog({ db: stand.db, transport: stand.transport, domains: [] })) {
      if (step.kind === 'summary') expect(step.summary).toEqual({ found: 0, backfilled: 0, gone: 0 })
    }
  })

  it('is still verified: what is altered or missing among it is a finding, once Kafka has lost the rest too', async () => {
    brokerOf(stand).faults.truncate({ topic: stand.topic, partition: 0, offset: 4 })
    expect((await verified()).findings).toEqual([])
    await records().updateOne({ _id: 'd' }, { $set: { value: Buffer.from('{"altered":true}') } })
    await records().deleteOne({ _id: 'c' })
    expect((await verified()).findings).toMatchObject([
      { kind: 'missing', from: 4, to: 5, inTopic: true },
      { kind: 'different', from: 5, to: 6 },
    ])
  })

  it('lets an event in again that comes once more after it was removed', async () => {
    await recorded([0, eventMessage('b')])
    expect(await ids('records')).toEqual(['d', 'b'])
  })
})

describe('retention', () => {
  beforeEach(async () => {
    stand = await createStand()
  })
  afterEach(() => stand.close())

  it('says in a dry run what would go, with its time span; then each message goes once, however many loggers are at it', async () => {
    await recordSome()
    expect(await apply({ isDryRun: true })).toEqual({
      ...{ domain: 'tasks', keepMs: 30 * day, topic: stand.topic, cutoff: daysAgo(30), records: 2, quarantined: 1 },
      ...{ oldest: daysAgo(40), newest: daysAgo(37), oldestKept: daysAgo(10) },
      removedBefore: { records: 0, quarantined: 0 },
    })
    expect([await ids('records'), await ids('quarantine'), await ids('removals')].map((of) => of.length)).toEqual([
      4, 1, 0,
    ])
    const told = await Promise.all([apply(), apply(), apply()])
    expect(told.reduce((sum, { records }) => sum + records, 0)).toBe(2)
    expect(await stand.db.collection('removals').findOne()).toMatchObject({ records: 2, quarantined: 1 })
    expect(await ids('records')).toEqual(['c', 'd'])
  })

  it('leaves the truth behind where it is killed between writing down and deleting, and goes on from there', async () => {
    await recordSome()
    const removed = { _id: `${stand.topic}/0`, topic: stand.topic, partition: 0 }
    await stand.db.collection<{ _id: string }>('removals').insertOne({
      ...{ ...removed, removedBelow: { generation: 1, offset: 3 }, records: 1, quarantined: 1 },
      ...{ oldest: daysAgo(40), newest: daysAgo(38), keepMs: 30 * day, removedAt: now },
    })
    expect((await verified()).findings).toEqual([])
    await records().deleteOne({ _id: 'a' })
    expect((await verified()).findings).toEqual([])
    // The ledger has not got b yet.
    const partitions = stand.db.collection('partitions')
    await partitions.updateOne({}, { $set: { next: 3 } })
    expect(await apply()).toMatchObject({ records: 0, removedBefore: { records: 1, quarantined: 1 } })
    expect(await ids('quarantine')).toEqual([])
    await partitions.updateOne({}, { $set: { next: 7 } })
    expect(await apply()).toMatchObject({ records: 1, removedBefore: { records: 1, quarantined: 1 } })
    expect(await ids('records')).toEqual(['c', 'd'])
  })

  it('goes by generation, is not held up by a clock that is ahead, and does not alarm a verification that runs', async () => {
    await recorded([40, eventMessage('a')], [-900, eventMessage('ahead')])
    await records().updateMany({}, { $set: { recordedAt: daysAgo(39) } })
    await brokerOf(stand).faults.recreate()
    await recorded([35, eventMessage('x')], [10, eventMessage('y')])
    const kinds: string[] = []
    for await (const { kind } of verifyLog({ db: stand.db, transport: stand.transport })) {
      // It goes on while the first generation is verified, and before the second is.
      if (kinds.push(kind) > 1) continue
      expect(await apply()).toMatchObject({ records: 3, oldestKept: daysAgo(10) })
    }
    expect(kinds).toEqual(['progress', 'progress', 'partition', 'summary'])
    expect(await ids('records')).toEqual(['y'])
    expect((await verified()).findings).toEqual([])
  })
})
