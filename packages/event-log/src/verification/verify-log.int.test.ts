import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brokerOf, createStand, domains, eventMessage, recordedUpTo, type Stand } from '../../test/stand.ts'
import { type BackfillStep, backfillLog } from './backfill-log.ts'
import type { Finding } from './finding.ts'
import type { PartitionVerdict } from './partition-check.ts'
import { type VerificationStep, verifyLog } from './verify-log.ts'

describe('verifying the log', () => {
  let stand: Stand

  // Six messages: a, b, a again, another event with the id b, one that is no envelope, c.
  beforeEach(async () => {
    stand = await createStand()
    await stand.append([
      ...[eventMessage('a'), eventMessage('b'), eventMessage('a')],
      eventMessage('b', { data: { taskId: 'other' } }),
      ...[{ key: null, value: Buffer.from('no envelope') }, eventMessage('c')],
    ])
    await record(6)
  })
  afterEach(() => stand.close())

  const record = async (next: number) => {
    const recorder = stand.recorder({ maxBatchMessages: 2 })
    await recorder.start()
    await recordedUpTo(stand, next)
    await recorder.close()
  }
  const options = () => ({ db: stand.db, transport: stand.transport })
  const verify = async () => {
    const steps: VerificationStep[] = []
    for await (const step of verifyLog(options())) steps.push(step)
    const findings = steps.flatMap((step) => (step.kind === 'finding' ? [step.finding] : []))
    const [verdict] = steps.flatMap((step) => (step.kind === 'partition' ? [step.partition] : []))
    return { findings, verdict: verdict as PartitionVerdict, last: steps.at(-1) }
  }
  const kinds = (findings: readonly Finding[]) =>
    findings.map(({ kind, from, to, inTopic }) => [kind, from, to, inTopic] as const)
  const backfill = async (isDryRun = false) => {
    const steps: BackfillStep[] = []
    for await (const step of backfillLog({ ...options(), domains, isDryRun })) steps.push(step)
    const last = steps.at(-1)
    return last?.kind === 'summary' ? last.summary : undefined
  }
  const records = () => stand.db.collection<{ _id: string }>('records')
  const ledger = () => stand.db.collection<{ _id: string }>('ledger')

  it('finds nothing in a sound log, compares every message and computes every head anew', async () => {
    const { findings, verdict, last } = await verify()
    expect(findings).toEqual([])
    expect(verdict).toEqual({
      ...{
        topic: stand.topic,
        partition: 0,
        generations: 1,
        next: 6,
        entries: 4,
        messages: 6,
        compared: 6,
        removed: 0,
        gaps: 0,
      },
      ...{ heads: { proved: 4, unproved: 0 }, topicIsSame: true, findings: 0 },
    })
    expect(last).toEqual({
      kind: 'summary',
      summary: { partitions: 1, messages: 6, compared: 6, removed: 0, findings: 0 },
    })
  })

  it('finds what is missing, and a backfill records it without touching anything else', async () => {
    await records().deleteMany({ _id: { $in: ['b', 'c'] } })
    await stand.db.collection('quarantine').deleteMany({})
    const lost = [
      ['missing', 1, 2, true],
      ['missing', 4, 6, true],
    ]
    expect(kinds((await verify()).findings)).toEqual(lost)
    expect(await backfill(true)).toEqual({ found: 3, backfilled: 0, gone: 0 })
    expect(kinds((await verify()).findings)).toEqual(lost)
    const before = await ledger().find().sort({ _id: 1 }).toArray()
    expect(await backfill()).toEqual({ found: 3, backfilled: 3, gone: 0 })
    expect((await verify()).findings).toEqual([])
    expect(await ledger().find().sort({ _id: 1 }).toArray()).toEqual(before)
    expect(
      await stand.db.collection('backfills').find().project({ _id: 0, offset: 1, reason: 1, outcome: 1 }).toArray(),
    ).toEqual([
      { offset: 1, reason: 'missing', outcome: 'recorded' },
      { offset: 4, reason: 'missing', outcome: 'quarantined' },
      { offset: 5, reason: 'missing', outcome: 'recorded' },
    ])
    expect(await backfill()).toEqual({ found: 0, backfilled: 0, gone: 0 })
  })

  it('finds that the event of a repeat is missing, at both places', async () => {
    await records().deleteOne({ _id: 'a' })
    const { findings } = await verify()
    expect(kinds(findings)).toEqual([
      ['missing', 0, 1, true],
      ['missing', 2, 3, true],
    ])
    await backfill()
    expect((await verify()).findings).toEqual([])
  })

  it('finds stored bytes that were altered, by the topic and by the head', async () => {
    await records().updateOne({ _id: 'c' }, { $set: { value: Buffer.from('{"altered":true}') } })
    const { findings } = await verify()
    expect(kinds(findings)).toEqual([
      ['different', 5, 6, true],
      ['head-differs', 4, 6, false],
    ])
  })

  it('finds bytes that were altered after the topic has lost them, by the head alone', async () => {
    brokerOf(stand).faults.truncate({ topic: stand.topic, partition: 0, offset: 6 })
    const sound = await verify()
    expect(sound.findings).toEqual([])
    // Of the repeat at 2 there are no bytes any more, so that entry's head cannot be computed.
    expect(sound.verdict).toMatchObject({ compared: 0, heads: { proved: 3, unproved: 1 } })
    await records().updateOne({ _id: 'c' }, { $set: { key: Buffer.from('household-002') } })
    expect(kinds((await verify()).findings)).toEqual([['head-differs', 4, 6, false]])
  })

  it('says what is missing and gone from the topic, which no backfill can bring back', async () => {
    brokerOf(stand).faults.truncate({ topic: stand.topic, partition: 0, offset: 6 })
    await records().deleteOne({ _id: 'c' })
    expect(kinds((await verify()).findings)).toEqual([['missing', 5, 6, false]])
    expect(await backfill()).toEqual({ found: 0, backfilled: 0, gone: 1 })
  })

  it('finds a message in the topic where the ledger has a gap, and accounts for it by a backfill', async () => {
    const entry = `${stand.topic}/0/1/2`
    // As a recorder would have written it that took both messages of the entry for missing.
    const previous = await ledger().findOne({ _id: `${stand.topic}/0/1/0` })
    const before = await ledger().findOne({ _id: entry })
    const gaps = [{ from: 2, to: 4, reason: 'missing' }]
    const nothing = { recorded: 0, repeats: 0, conflicts: 0, quarantined: 0 }
    await ledger().updateOne(
      { _id: entry },
      {
        $set: {
          messages: 0,
          gaps,
          repeats: [],
          conflicts: [],
          counts: nothing,
          head: Reflect.get(previous ?? {}, 'head'),
        },
      },
    )
    await records().deleteOne({ _id: { $regex: '^b@' } })
    const found = kinds((await verify()).findings)
    expect(found).toContainEqual(['unrecorded', 2, 4, true])
    expect(await backfill()).toEqual({ found: 2, backfilled: 2, gone: 0 })
    expect(kinds((await verify()).findings).filter(([kind]) => kind === 'unrecorded' || kind === 'extra')).toEqual([])
    expect(before).not.toBeNull()
  })

  it('finds a message that is stored twice, and one that is stored where the ledger has a gap', async () => {
    const stored = await records().findOne({ _id: 'c' })
    await records().insertOne({ ...stored, _id: 'a copy' })
    const copied = await verify()
    expect(copied.findings).toMatchObject([
      { kind: 'extra', from: 5, to: 6, detail: 'the message is stored more than once' },
    ])
    await records().deleteOne({ _id: 'a copy' })

    await stand.append(['d', 'e'].map((id) => eventMessage(id)))
    brokerOf(stand).faults.truncate({ topic: stand.topic, partition: 0, offset: 7 })
    await record(8)
    await records().insertOne({ ...stored, _id: 'a stray', ...{ offset: 6 } })
    expect(kinds((await verify()).findings)).toEqual([['extra', 6, 7, false]])
  })

  it('finds an entry that counts more messages than it has offsets', async () => {
    await ledger().updateOne(
      { _id: `${stand.topic}/0/1/0` },
      { $set: { gaps: [{ from: 0, to: 1, reason: 'missing' }] } },
    )
    const { findings } = await verify()
    expect(findings[0]).toMatchObject({ kind: 'ledger-broken', from: 0, to: 2 })
    expect(findings[0]?.detail).toContain('counts 2 messages and has room for 1')
  })

  it('finds entries of the ledger that are missing or altered', async () => {
    const removed = `${stand.topic}/0/1/2`
    await ledger().deleteOne({ _id: removed })
    const { findings } = await verify()
    expect(findings.map(({ kind, from, to, detail }) => [kind, from, to, detail])).toEqual([
      ['ledger-broken', 2, 4, 'the ledger has no entry that begins at 2'],
      ['head-differs', 4, 6, 'what is stored does not lead to the head in the ledger'],
      ['ledger-broken', 6, 6, 'the state counts 4 recorded and the entries 3'],
      ['ledger-broken', 6, 6, 'the state counts 1 repeats and the entries 0'],
      ['ledger-broken', 6, 6, 'the state counts 1 conflicts and the entries 0'],
    ])
  })

  it('proves earlier generations by their heads, and compares the newest one with the topic', async () => {
    await brokerOf(stand).faults.recreate()
    await stand.append(['x', 'y'].map((id) => eventMessage(id)))
    await record(2)
    const { findings, verdict } = await verify()
    expect(findings).toEqual([])
    expect(verdict).toMatchObject({ generations: 2, messages: 8, compared: 2, heads: { unproved: 1 } })
    await records().deleteOne({ _id: 'b' })
    expect((await verify()).findings).toMatchObject([{ kind: 'missing', generation: 1, from: 1, inTopic: false }])
  })

  it('knows when the topic is another log than the one that was recorded', async () => {
    await brokerOf(stand).faults.recreate()
    const { findings, verdict } = await verify()
    expect(findings).toEqual([])
    expect(verdict).toMatchObject({ topicIsSame: false, compared: 0, messages: 6 })
  })

  it('refuses a topic of which nothing is recorded, and names those that are', async () => {
    const unknown = async () => {
      for await (const _ of verifyLog({ ...options(), topics: ['house-helper.none'] })) expect.unreachable()
    }
    await expect(unknown()).rejects.toMatchObject({
      code: 'LOG_QUERY_INVALID',
      message: expect.stringContaining(stand.topic),
    })
  })
})
