import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withCommand } from '../../test/halting-database.ts'
import { createStand, eventMessage, recordedUpTo, type Stand, until } from '../../test/stand.ts'
import { createEventLog, createRecorder } from '../index.ts'

describe('the recorder', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
  })
  afterEach(() => stand.close())

  it('records what is in a topic and what comes later', async () => {
    await stand.append([eventMessage('a'), eventMessage('b')])
    const recorder = stand.recorder()
    await recorder.start()
    await recordedUpTo(stand, 2)
    await stand.append([eventMessage('c')])
    await recordedUpTo(stand, 3)
    const { items } = await createEventLog(stand.db).list()
    expect(items.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(recorder.health()).toEqual({ state: 'up', reasons: [] })
  })

  it('commits to Kafka what the ledger has', async () => {
    await stand.append([eventMessage('a'), eventMessage('b')])
    await stand.recorder().start()
    await until('the group has committed', async () => {
      const [committed] = await stand.transport.admin.committed(stand.groupId, [stand.topic])
      return committed?.offset === 2
    })
    expect(await stand.db.collection('records').countDocuments()).toBe(2)
  })

  it('commits when it closes, without waiting for the interval', async () => {
    await stand.append([eventMessage('a')])
    const recorder = stand.recorder({ commitIntervalMs: 3_600_000 })
    await recorder.start()
    await recordedUpTo(stand, 1)
    await recorder.close()
    await recorder.closed
    expect(await stand.transport.admin.committed(stand.groupId, [stand.topic])).toMatchObject([{ offset: 1 }])
  })

  it('finds new domain topics by itself, of unknown domains too, and leaves others alone', async () => {
    const recorder = stand.recorder({ discoverIntervalMs: 20 })
    await recorder.start()
    const prefix = stand.transport.topicPrefix
    const create = (name: string) =>
      stand.transport.admin.createTopics([{ name, partitions: 1, replicationFactor: 1, config: {} }])
    await create(`${prefix}.inbox.points`)
    await create('foreign.topic')
    await create(`${prefix}.cats`)
    const { value, key } = eventMessage('purr', { type: 'cat.fed' })
    await stand.transport.sender.append(
      { topic: `${prefix}.cats`, partition: 0, messages: [{ key, value }] },
      { timeoutMs: 5_000 },
    )
    await recordedUpTo({ ...stand, topic: `${prefix}.cats` }, 1)
    expect(recorder.stats().topics).toEqual([`${prefix}.cats`, stand.topic])
  })

  it('waits for its topics where there are none, and says so', async () => {
    const topic = `${stand.transport.topicPrefix}.later`
    const recorder = stand.recorder({ topics: [topic], discoverIntervalMs: 20 })
    await recorder.start()
    expect(recorder.health()).toMatchObject({ state: 'degraded' })
    expect(recorder.health().reasons.join()).toContain(topic)
    await stand.transport.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }])
    await until('the topic is recorded', () => recorder.health().state === 'up' && recorder.stats().topics.length === 1)
  })

  it('measures lag by the clock: what is not recorded shows', async () => {
    const recorder = stand.recorder({ lagIntervalMs: 20 })
    await recorder.start()
    await stand.append([eventMessage('a')])
    await recordedUpTo(stand, 1)
    await until('no lag', () => recorder.stats().partitions[0]?.lag === 0)
    const { lagMeasuredAt, partitions } = recorder.stats()
    expect(lagMeasuredAt).toBeInstanceOf(Date)
    expect(partitions[0]).toMatchObject({ assigned: true, next: 1, batches: 1, messages: 1, errors: 0 })
    expect(partitions[0]?.processingMs).toBeGreaterThan(0)
  })

  it('shows lag while MongoDB takes nothing', async () => {
    const stuck = withCommand(stand.db, async (sent, options) => {
      if (sent.insert === 'records') throw new Error('away')
      return stand.db.command(sent, options)
    })
    const recorder = stand.recorder({ db: stuck, lagIntervalMs: 20 })
    await recorder.start()
    await stand.append([eventMessage('a'), eventMessage('b')])
    await until('a lag of two', () => recorder.stats().partitions[0]?.lag === 2)
  })

  it('counts earlier runs in its totals', async () => {
    await stand.append([eventMessage('a')])
    const first = stand.recorder()
    await first.start()
    await recordedUpTo(stand, 1)
    await first.close()
    await stand.append([eventMessage('b')])
    const second = stand.recorder()
    await second.start()
    await recordedUpTo(stand, 2)
    await until('it is counted', () => second.stats().partitions[0]?.run.recorded === 1)
    expect(second.stats().partitions[0]?.total.recorded).toBe(2)
  })

  it('refuses a standalone server unless told otherwise', async () => {
    const standalone = withCommand(stand.db, async (sent, options) =>
      sent.hello === undefined ? stand.db.command(sent, options) : { isWritablePrimary: true },
    )
    const refused = stand.recorder({ db: standalone })
    await expect(refused.start()).rejects.toMatchObject({ code: 'LOG_STANDALONE_REFUSED' })
    await stand.recorder({ db: standalone, allowStandalone: true }).start()
    await stand.append([eventMessage('a')])
    await recordedUpTo(stand, 1)
  })

  it('starts once, and not after it was closed', async () => {
    const recorder = stand.recorder()
    await recorder.start()
    await expect(recorder.start()).rejects.toMatchObject({ code: 'LOG_CLOSED' })
    await recorder.close()
    await expect(recorder.start()).rejects.toMatchObject({ code: 'LOG_CLOSED' })
  })

  it('names every wrong option at once', () => {
    const { transport, db } = stand
    const wrong = { transport, db, domains: [], groupId: 'g', maxBatchMessages: 0, lagIntervalMs: -1 }
    expect(() => createRecorder(wrong)).toThrow(/lagIntervalMs.*maxBatchMessages/)
  })
})
