import { TransportError, withCause } from '@house-helper/events-core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { lampIds, lampIdsOf, openLampShop, topic } from '../test/lamp-shop.ts'
import { lamps } from '../test/lamps.ts'
import { createPublisher } from './publisher.ts'

const names = (count: number, prefix = 'lamp-'): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

function unreachable(): TransportError {
  return new TransportError('UNREACHABLE', 'No broker answered.', { canRetry: true })
}

describe('publish', () => {
  it('resolves with the place of the event', async () => {
    const { publisher } = await openLampShop()
    const publish = (id: string) =>
      publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'household-1', id })
    expect(await publish('first')).toEqual({ id: 'first', topic, partition: 0, offset: 0 })
    expect(await publish('second')).toEqual({ id: 'second', topic, partition: 0, offset: 1 })
  })

  it("writes the envelope, under the subject's id as key and without headers", async () => {
    const { publisher, transport, envelopes } = await openLampShop({ clock: () => Date.UTC(2025, 9, 9, 12) })
    const fields = { householdId: 'household-ä', userId: 'user-1' }
    const { id } = await publisher.publish('lamp.lit', { lampId: 'lamp-1', watts: 8 }, fields)
    expect(id).toMatch(/^20251009120000-[0-9a-z]{20}$/)
    expect(await envelopes()).toEqual([
      {
        id,
        type: 'lamp.lit',
        source: 'lamp-service',
        ...fields,
        timestamp: '2025-10-09T12:00:00.000Z',
        version: '1.2',
        data: { lampId: 'lamp-1', watts: 8 },
        metadata: { correlationId: id },
      },
    ])
    const [message] = await transport.read({ topic, partition: 0, offset: 0 })
    expect(Buffer.from(message?.key ?? []).toString()).toBe('household-ä')
    expect(message?.headers).toEqual([])
  })

  it('takes the user as the key where the contract is about a user', async () => {
    const { publisher, transport } = await openLampShop()
    await publisher.publish('lamp.bought', { lampId: 'lamp-1' }, { userId: 'user-1', householdId: 'household-1' })
    const [message] = await transport.read({ topic, partition: 0, offset: 0 })
    expect(Buffer.from(message?.key ?? []).toString()).toBe('user-1')
  })

  it("chooses the partition with the transport's partitioner", async () => {
    const { transport, light } = await openLampShop({ partitions: 7 })
    for (const household of names(20, 'household-')) {
      const { partition } = await light('lamp-1', household)
      expect(partition).toBe(transport.partitioner(Buffer.from(household), 7))
    }
  })

  it('makes the event an effect of the event that is being handled', async () => {
    const { light, envelopes } = await openLampShop()
    await withCause({ eventId: 'cause-1', correlationId: 'story-1' }, () => light('lamp-1'))
    expect((await envelopes())[0]?.metadata).toEqual({ correlationId: 'story-1', causationId: 'cause-1' })
  })

  it('fails with the paths of an event that breaks its contract, and appends nothing', async () => {
    const { publisher, appends } = await openLampShop()
    // @ts-expect-error what the compiler refuses is refused at run time as well
    const broken = publisher.publish('lamp.lit', { lampId: 7 }, {})
    await expect(broken).rejects.toMatchObject({ code: 'EVENT_INVALID', outcome: 'not-sent' })
    await expect(broken).rejects.toMatchObject({
      issues: [{ path: 'householdId' }, { path: 'data.lampId' }],
    })
    expect(appends).toEqual([])
  })
})

describe('batching', () => {
  it('appends what is published at once as one batch', async () => {
    const { light, appends } = await openLampShop()
    await Promise.all(names(50).map((name) => light(name)))
    expect(appends.map((batch) => batch.messages.length)).toEqual([50])
  })

  it('makes what arrives during a request the next batch, and has one request in flight for each partition', async () => {
    const { light, appends, transport, mostAtOnce, appended } = await openLampShop()
    const release = transport.broker.faults.holdAppends()
    const first = light('alone')
    await appended(1)
    const rest = names(30).map((name) => light(name))
    release()
    await Promise.all([first, ...rest])
    expect(appends.map(lampIdsOf)).toEqual([['alone'], names(30)])
    expect(mostAtOnce()).toBe(1)
  })

  it('collects what the callers of an acknowledged batch publish next', async () => {
    const { light, appends } = await openLampShop()
    const caller = async (name: string): Promise<void> => {
      for (let round = 0; round < 5; round += 1) await light(`${name}-${round}`)
    }
    await Promise.all(names(20).map(caller))
    expect(appends.map((batch) => batch.messages.length)).toEqual([20, 20, 20, 20, 20])
  })

  it('adds what they publish next to what has arrived meanwhile', async () => {
    const { light, transport, appends, appended } = await openLampShop()
    const release = transport.broker.faults.holdAppends()
    const early = names(5).map((name) => light(name).then(() => light(`${name}-next`)))
    await appended(1)
    const late = names(5, 'late-').map((name) => light(name))
    release()
    await Promise.all([...early, ...late])
    expect(appends.map((batch) => batch.messages.length)).toEqual([5, 10])
  })

  it('sends without a timer', async () => {
    const { light } = await openLampShop()
    await light('the number of partitions is asked for with a deadline')
    const timer = vi.spyOn(globalThis, 'setTimeout')
    await light('alone')
    await Promise.all(names(10).map((name) => light(name)))
    expect(timer).not.toHaveBeenCalled()
    timer.mockRestore()
  })

  it('cuts batches at maxBatchBytes', async () => {
    const { light, appends, envelopes } = await openLampShop({ maxBatchBytes: 2000 })
    await Promise.all(names(40).map((name) => light(name)))
    const sizes = appends.map(({ messages }) =>
      messages.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0),
    )
    expect(Math.max(...sizes)).toBeLessThan(2000)
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(1500)
    expect(lampIds(await envelopes())).toEqual(names(40))
  })

  it('sends an event larger than maxBatchBytes alone', async () => {
    const { light, appends } = await openLampShop({ maxBatchBytes: 2000 })
    await Promise.all([light('a'), light('b'.repeat(5000)), light('c')])
    expect(appends.map((batch) => batch.messages.length)).toEqual([1, 1, 1])
  })

  it('serves partitions independently of each other', async () => {
    const { light, transport } = await openLampShop({ partitions: 2 })
    const place = (household: string): number => transport.partitioner(Buffer.from(household), 2)
    const [zero, one] = [0, 1].map((partition) => names(20).find((name) => place(name) === partition) ?? '')
    const release = transport.broker.faults.holdAppends({ partition: 0 })
    const held = light('held', zero)
    expect(await light('free', one)).toMatchObject({ partition: 1 })
    release()
    expect(await held).toMatchObject({ partition: 0 })
  })
})

describe('the topic', () => {
  it('that is missing fails the publish with the command that creates it, until it exists', async () => {
    const { transport } = await openLampShop()
    const options = { source: 'lamp-service', transport: { ...transport, topicPrefix: 'elsewhere' } }
    const publisher = createPublisher(lamps, options)
    const publish = () => publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'household-1' })
    await expect(publish()).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
      outcome: 'not-sent',
      message: expect.stringContaining('hh-events topics apply'),
    })
    const spec = { name: 'elsewhere.lamps', partitions: 1, replicationFactor: 1, config: {} }
    await transport.admin.createTopics([spec])
    expect(await publish()).toMatchObject({ topic: 'elsewhere.lamps', offset: 0 })
  })

  it('is asked for its partitions once, however many publish', async () => {
    const { transport } = await openLampShop()
    const describeTopics = vi.spyOn(transport.admin, 'describeTopics')
    const publisher = createPublisher(lamps, { source: 'lamp-service', transport })
    const publish = (lampId: string) => publisher.publish('lamp.lit', { lampId }, { householdId: 'household-1' })
    await Promise.all(names(10).map(publish))
    await publish('later')
    expect(describeTopics).toHaveBeenCalledTimes(1)
  })

  it('is asked again after five minutes, and when a partition turns out to be missing', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { transport, light } = await openLampShop()
    const describeTopics = vi.spyOn(transport.admin, 'describeTopics')
    await light('first')
    vi.advanceTimersByTime(299_000)
    await light('second')
    expect(describeTopics).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(2000)
    await light('third')
    expect(describeTopics).toHaveBeenCalledTimes(2)
    transport.broker.faults.failAppends({ outcome: 'not-sent', code: 'TOPIC_MISSING', canRetry: false })
    await expect(light('fourth')).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
    await light('fifth')
    expect(describeTopics).toHaveBeenCalledTimes(3)
  })

  it('is asked again with backoff while no broker answers, and the order holds', async () => {
    const { transport, envelopes } = await openLampShop()
    vi.spyOn(transport.admin, 'describeTopics')
      .mockRejectedValueOnce(unreachable())
      .mockRejectedValueOnce(unreachable())
    const publisher = createPublisher(lamps, { source: 'lamp-service', transport })
    const publish = (lampId: string) => publisher.publish('lamp.lit', { lampId }, { householdId: 'household-1' })
    await Promise.all(names(5).map(publish))
    expect(lampIds(await envelopes())).toEqual(names(5))
  })
})
