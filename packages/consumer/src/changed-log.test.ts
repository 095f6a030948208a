import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { memoryStage, type OnStarted } from '../test/stage.ts'
import { LogChanges } from './membership/log-changes.ts'
import { decodeProgress, encodeProgress } from './progress/commit-metadata.ts'

const stage = memoryStage()
const steps = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => message({ data: { step: from + n } }))
const faults = () => stage.transport.broker.faults
const removed = { code: 'EVENTS_REMOVED' }
const remade = { code: 'LOG_REMADE' }

/** A subscriber of partition 0 that writes down what it handles; its watchdog looks every ten milliseconds. */
function handling() {
  const handled: number[] = []
  const handle: OnStarted = ({ data }) => void handled.push(data.step)
  return { handled, subscriber: stage.subscriber(handle, { stallTimeoutMs: 40 }) }
}

/** Handles the first steps and closes. */
async function handledBefore(count: number): Promise<void> {
  await stage.sendToFirst(steps(0, count))
  const { handled, subscriber } = handling()
  await subscriber.start()
  await until('all are handled', () => handled.length === count)
  await subscriber.close()
}

describe('a partition whose messages were removed before they were handled', () => {
  it('goes on at the first that is left; the exact range is in the log, in health and in the count', async () => {
    await handledBefore(3)
    await stage.sendToFirst(steps(3, 8))
    faults().truncate({ topic: stage.topic, partition: 0, offset: 6 })
    const { handled, subscriber } = handling()
    await subscriber.start()
    await until('the rest is handled', () => handled.length === 2)
    expect(handled).toEqual([6, 7])
    const message = `${stage.topic}/0 has lost the offsets 3 to 5 before this group handled them: by retention, or by hand. The event log has what it has recorded of them.`
    expect(subscriber.health()).toEqual({ status: 'degraded', reasons: [{ ...removed, message }] })
    expect(subscriber.stats().removed).toBe(3)
    expect(stage.lines.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', message, fields: { groupId: 'helpers', topic: stage.topic, partition: 0, from: 3, to: 6 } },
    ])
  })

  it('does not count what the member before had done of them', async () => {
    await stage.sendToFirst(steps(0, 6))
    await stage.commitAs(1, encodeProgress(1, { clean: true, crashes: 0, done: [{ from: 2, to: 4 }], tried: [] }))
    faults().truncate({ topic: stage.topic, partition: 0, offset: 5 })
    const { handled, subscriber } = handling()
    await subscriber.start()
    await until('the rest is handled', () => handled.length === 1)
    expect(subscriber.stats().removed).toBe(2)
    expect(subscriber.health().reasons.map(({ message }) => message.slice(0, message.indexOf(' before')))).toEqual([
      `${stage.topic}/0 has lost the offset 1`,
      `${stage.topic}/0 has lost the offset 4`,
    ])
  })

  it('is no loss to a group that begins', async () => {
    await stage.sendToFirst(steps(0, 4))
    faults().truncate({ topic: stage.topic, partition: 0, offset: 2 })
    const { handled, subscriber } = handling()
    await subscriber.start()
    await until('the rest is handled', () => handled.length === 2)
    expect(subscriber.health()).toEqual({ status: 'up', reasons: [] })
    expect(subscriber.stats().removed).toBe(0)
  })
})

describe('a topic that is deleted and made again', () => {
  it('is read from its first message while the subscriber runs, though it is longer than before at once', async () => {
    const { handled, subscriber } = handling()
    await subscriber.start()
    await stage.sendToFirst(steps(0, 3))
    await until('all are handled', () => handled.length === 3)
    faults().remake(stage.topic)
    await stage.sendToFirst(steps(10, 15))
    await until('the new ones are handled', () => new Set(handled).size === 8)
    expect([...new Set(handled)].sort((a, b) => a - b)).toEqual([0, 1, 2, 10, 11, 12, 13, 14])
    expect(subscriber.health()).toMatchObject({
      status: 'degraded',
      reasons: expect.arrayContaining([expect.objectContaining(remade)]),
    })
    const errors = stage.lines.filter(({ level, fields }) => level === 'error' && fields.partition === 0)
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining(`${stage.topic}/0 is not the log that it was`),
    ])
    await until('it is committed', async () => (await stage.committed())?.offset === 5)
  })

  it('is read from its first message by the next member, though the group has a position in it', async () => {
    await handledBefore(3)
    const before = await stage.committed()
    faults().remake(stage.topic)
    await stage.sendToFirst(steps(10, 15))
    // As a member has left it that had not noticed yet.
    await stage.commitAs(4, before?.metadata ?? '')
    const { handled, subscriber } = handling()
    await subscriber.start()
    await until('all are handled', () => handled.length === 5)
    expect(handled).toEqual([10, 11, 12, 13, 14])
    expect(subscriber.health()).toMatchObject({
      reasons: [
        {
          ...remade,
          message: expect.stringContaining('was read up to offset 4: the topic was deleted and made again'),
        },
      ],
    })
  })

  it('is the same to who comes back to the same topic', async () => {
    await handledBefore(3)
    await stage.sendToFirst(steps(3, 4))
    const { handled, subscriber } = handling()
    await subscriber.start()
    await until('the next is handled', () => handled.length === 1)
    expect(handled).toEqual([3])
    expect(subscriber.health()).toEqual({ status: 'up', reasons: [] })
  })
})

describe('a cluster that is made anew', () => {
  it('is read from its first message, while the subscriber runs', async () => {
    const { handled, subscriber } = handling()
    await subscriber.start()
    await stage.sendToFirst(steps(0, 3))
    await until('all are handled', () => handled.length === 3)
    await faults().recreate()
    await stage.sendToFirst(steps(10, 15))
    await until('the new ones are handled', () => new Set(handled).size === 8)
  })
})

describe('the commit metadata', () => {
  it('names the topic that its offsets are of', () => {
    const progress = { clean: true, crashes: 0, topicId: 'lXr_4w-0', done: [], tried: [] }
    expect(encodeProgress(7, progress)).toMatch(/@lXr_4w-0$/)
    expect(decodeProgress(7, encodeProgress(7, progress))).toEqual(progress)
  })
})

describe('the changes of logs', () => {
  it('count for an hour, and are said once for each topic that is made again', () => {
    let nowMs = 0
    const lines: string[] = []
    const log = (_: object, text: string) => void lines.push(text)
    const logger = { debug: log, info: log, warn: log, error: log }
    const changes = new LogChanges({ groupId: 'g', logger, now: () => nowMs })
    const place = { topic: 't', partition: 0 }
    changes.partitionRemade(place, 3, 'why', 'second')
    changes.partitionRemade(place, 3, 'why', 'second')
    changes.partitionRemade(place, 3, 'why', 'third')
    changes.messagesRemoved(place, { from: 4, to: 5 })
    expect(changes.recent().map(({ kind }) => kind)).toEqual(['remade', 'remade', 'removed'])
    expect(lines).toHaveLength(3)
    nowMs = 3_600_001
    expect(changes.recent()).toEqual([])
  })
})
