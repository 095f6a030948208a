import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ledgerEntries, proveLedger } from '../../test/ledger-proof.ts'
import { brokerOf, createStand, eventMessage, recordedUpTo, type Stand, until } from '../../test/stand.ts'
import type { Recorder } from '../index.ts'

describe('a log that changes behind the ledger', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
    await stand.append(['a', 'b', 'c'].map((id) => eventMessage(id)))
  })
  afterEach(() => stand.close())

  const runOnce = async (next: number) => {
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, next)
    await recorder.close()
  }
  const state = () => stand.db.collection('partitions').findOne({ topic: stand.topic })

  it('has a gap with its exact range where retention was faster', async () => {
    await runOnce(3)
    await stand.append(['d', 'e', 'f'].map((id) => eventMessage(id)))
    brokerOf(stand).faults.truncate({ topic: stand.topic, partition: 0, offset: 5 })
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, 6)
    expect(recorder.health().reasons).toEqual([
      `${stand.topic}/0 lacks the offsets 3 to 4 of generation 1: they were removed before they were recorded.`,
    ])
    await until('the batch is filed', async () => (await ledgerEntries(stand)).length === 4)
    const entries = await ledgerEntries(stand)
    expect(entries.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['start', 0, 0],
      ['batch', 0, 3],
      ['gap', 3, 5],
      ['batch', 5, 6],
    ])
    expect(entries[2]?.gaps).toEqual([{ from: 3, to: 5, reason: 'truncated' }])
    expect((await state())?.generation).toBe(1)
  })

  it('has a gap from the beginning where the first recorder comes late', async () => {
    brokerOf(stand).faults.truncate({ topic: stand.topic, partition: 0, offset: 2 })
    await stand.recorder().start()
    await recordedUpTo(stand, 3)
    await proveLedger(stand)
    const [start] = await ledgerEntries(stand)
    expect(start).toMatchObject({ kind: 'start', from: 0, to: 2, gaps: [{ from: 0, to: 2, reason: 'truncated' }] })
    expect(start?.start).toEqual({ reason: 'first' })
  })

  const expectAlarm = (recorder: Recorder, reason: string) => {
    expect(recorder.health().state).toBe('degraded')
    expect(recorder.health().reasons.join()).toContain(reason)
  }

  it('begins a new generation where the cluster is another one', async () => {
    await runOnce(3)
    await brokerOf(stand).faults.recreate()
    await stand.append(['x', 'a', 'y', 'z'].map((id) => eventMessage(id)))
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, 4)
    expectAlarm(recorder, 'cluster-changed')
    expect(await state()).toMatchObject({ generation: 2, counts: { recorded: 6, repeats: 1 } })
    await proveLedger(stand)
    const [start] = await ledgerEntries(stand, 0, 2)
    expect(start?.start).toMatchObject({ reason: 'cluster-changed', previous: { generation: 1, next: 3 } })
  })

  it('begins a new generation where the last recorded message is another one', async () => {
    await runOnce(3)
    await inCluster(stand, async () => stand.append(['a', 'b', 'changed', 'd'].map((id) => eventMessage(id))))
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, 4)
    expectAlarm(recorder, 'message-changed')
    expect(await state()).toMatchObject({ generation: 2, counts: { recorded: 5, repeats: 2 } })
  })

  it('begins a new generation where the log is shorter than the ledger', async () => {
    await runOnce(3)
    await inCluster(stand, async () => stand.append([eventMessage('x')]))
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, 1)
    expectAlarm(recorder, 'log-shorter')
  })

  it('is noticed while the recorder runs and nothing arrives', async () => {
    const recorder = stand.recorder({ lagIntervalMs: 20 })
    await recorder.start()
    await recordedUpTo(stand, 3)
    await brokerOf(stand).faults.recreate()
    await until('a new generation began', async () => (await state())?.generation === 2)
    await stand.append([eventMessage('x')])
    await recordedUpTo(stand, 1)
    expectAlarm(recorder, 'generation 2 began')
  })

  it('begins a new generation where the topic was made again, though it is longer than what was recorded', async () => {
    await runOnce(3)
    brokerOf(stand).faults.remake(stand.topic)
    await stand.append(['x', 'y', 'c', 'z'].map((id) => eventMessage(id)))
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, 4)
    expectAlarm(recorder, 'topic-changed')
    expect(await state()).toMatchObject({ generation: 2, counts: { recorded: 6, repeats: 1 } })
    await proveLedger(stand)
    const [start] = await ledgerEntries(stand, 0, 2)
    expect(start?.start).toMatchObject({ reason: 'topic-changed', previous: { generation: 1, next: 3 } })
  })

  it('skips nothing where the topic is made again while the recorder runs, and grows past what was recorded at once', async () => {
    const recorder = stand.recorder({ discoverIntervalMs: 20 })
    await recorder.start()
    await recordedUpTo(stand, 3)
    brokerOf(stand).faults.remake(stand.topic)
    await stand.append(['v', 'w', 'x', 'y', 'z'].map((id) => eventMessage(id)))
    await until('generation 2 is recorded', async () => {
      const found = await state()
      return found?.generation === 2 && found?.next === 5
    })
    expectAlarm(recorder, 'topic-changed')
    const ids = (await stand.db.collection('records').find().toArray()).map(({ _id }) => String(_id))
    expect(ids.sort()).toEqual(['a', 'b', 'c', 'v', 'w', 'x', 'y', 'z'])
  })

  it('does not begin a new generation when it is as it was', async () => {
    await runOnce(3)
    await stand.append([eventMessage('d')])
    await runOnce(4)
    expect(await state()).toMatchObject({ generation: 1, counts: { recorded: 4, repeats: 0 } })
    await proveLedger(stand)
  })
})

/** Empties the topics; the cluster keeps its id in the eyes of the ledger, and tells no ids of topics. */
async function inCluster(stand: Stand, fill: () => Promise<unknown>): Promise<void> {
  await brokerOf(stand).faults.recreate()
  const clusterId = await stand.transport.admin.clusterId()
  await stand.db.collection('partitions').updateMany({}, { $set: { clusterId }, $unset: { topicId: 1 } })
  await fill()
}
