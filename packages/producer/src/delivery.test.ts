import { getEventListeners } from 'node:events'
import { type OutgoingBatch, silentLogger, type Transport } from '@house-helper/events-core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { lampIds, lampIdsOf, openLampShop } from '../test/lamp-shop.ts'

const names = (count: number, prefix = 'lamp-'): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

function bytesOf({ messages }: OutgoingBatch): number {
  return messages.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0) + 20, 61)
}

describe('a failed batch', () => {
  it('is sent again, before what was published meanwhile, and the ids stay', async () => {
    const { light, appends, transport, envelopes, publisher, appended } = await openLampShop()
    transport.broker.faults.failAppends({ outcome: 'not-sent', times: 2 })
    const early = names(3).map((name) => light(name))
    await appended(1)
    const late = names(3, 'late-').map((name) => light(name))
    await Promise.all([...early, ...late])
    expect(appends.map(lampIdsOf)).toEqual([names(3), names(3), names(3), names(3, 'late-')])
    expect(lampIds(await envelopes())).toEqual([...names(3), ...names(3, 'late-')])
    expect(appends[1]?.messages).toEqual(appends[0]?.messages)
    expect(publisher.stats()).toMatchObject({ published: 6, retried: 6, batches: 2, failed: 0, queuedEvents: 0 })
  })

  it('that was written although its answer was lost is written again under the same ids', async () => {
    const { light, transport, envelopes } = await openLampShop()
    transport.broker.faults.failAppends({ outcome: 'unknown' })
    const published = await Promise.all(names(2).map((name) => light(name)))
    expect(published).toMatchObject([{ offset: 2 }, { offset: 3 }])
    const ids = (await envelopes()).map(({ id }) => id)
    expect(ids.slice(2)).toEqual(ids.slice(0, 2))
  })

  it('is rejected at once where trying again changes nothing', async () => {
    const { light, appends, transport } = await openLampShop()
    transport.broker.faults.failAppends({ outcome: 'not-sent', code: 'NOT_AUTHORIZED', canRetry: false })
    await expect(light('lamp-1')).rejects.toMatchObject({
      name: 'PublishError',
      code: 'NOT_AUTHORIZED',
      outcome: 'not-sent',
    })
    expect(appends.length).toBe(1)
    expect(await light('lamp-2')).toMatchObject({ offset: 0 })
  })

  it('that is too large is split until the event that is too large is alone, and only that one is rejected', async () => {
    const { light, envelopes, appends } = await openLampShop({ topicConfig: { 'max.message.bytes': '10000' } })
    const lampsAndOne = [...names(10), 'x'.repeat(20_000), ...names(10, 'after-')]
    const results = await Promise.allSettled(lampsAndOne.map((name) => light(name)))
    const rejected = results.flatMap((result, index) => (result.status === 'rejected' ? [index] : []))
    expect(rejected).toEqual([10])
    expect(results[10]).toMatchObject({ reason: { code: 'MESSAGE_TOO_LARGE', outcome: 'not-sent' } })
    expect(lampIds(await envelopes())).toEqual([...names(10), ...names(10, 'after-')])
    expect(appends.length).toBeGreaterThan(2)
  })

  it('learns from a topic that takes less than maxBatchBytes', async () => {
    const { light, appends, envelopes } = await openLampShop({ topicConfig: { 'max.message.bytes': '10000' } })
    await Promise.all(names(200).map((name) => light(name)))
    expect(lampIds(await envelopes())).toEqual(names(200))
    const before = appends.length
    await Promise.all(names(600, 'next-').map((name) => light(name)))
    const sizes = appends.slice(before).map(bytesOf)
    expect(sizes.length).toBeGreaterThan(15)
    // Without learning, each of its batches would be refused and halved.
    expect(sizes.filter((bytes) => bytes > 10_000).length).toBeLessThan(sizes.length / 5)
  })
})

describe('deliveryTimeoutMs', () => {
  it('passed without an answer rejects with the outcome unknown', async () => {
    const { light, transport } = await openLampShop({ deliveryTimeoutMs: 50 })
    transport.broker.faults.holdAppends()
    await expect(light('lamp-1')).rejects.toMatchObject({
      code: 'DELIVERY_TIMEOUT',
      outcome: 'unknown',
      canRetry: true,
    })
  })

  it('passed in attempts that were not sent rejects with the outcome not-sent, and not earlier', async () => {
    const { light, transport } = await openLampShop({ deliveryTimeoutMs: 80 })
    transport.broker.faults.failAppends({ outcome: 'not-sent', times: Number.POSITIVE_INFINITY })
    const startedMs = performance.now()
    await expect(light('lamp-1')).rejects.toMatchObject({ code: 'DELIVERY_TIMEOUT', outcome: 'not-sent' })
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(79)
  })

  it('stays unknown when a later attempt was certainly not sent', async () => {
    const { light, transport } = await openLampShop({ deliveryTimeoutMs: 200 })
    transport.broker.faults.failAppends({ outcome: 'unknown', written: false })
    transport.broker.faults.failAppends({ outcome: 'not-sent', times: Number.POSITIVE_INFINITY })
    await expect(light('lamp-1')).rejects.toMatchObject({ code: 'DELIVERY_TIMEOUT', outcome: 'unknown' })
  })

  it('takes the events that expired out of the batch and delivers the others', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { light, transport, envelopes, appends, appended } = await openLampShop({ deliveryTimeoutMs: 1000 })
    await light('first')
    const end = transport.broker.faults.failAppends({ outcome: 'not-sent', times: Number.POSITIVE_INFINITY })
    const old = light('old').catch((error: unknown) => error)
    vi.advanceTimersByTime(900)
    const young = light('young')
    await appended(3)
    vi.advanceTimersByTime(101)
    expect(await old).toMatchObject({ code: 'DELIVERY_TIMEOUT', outcome: 'not-sent' })
    end()
    expect(await young).toMatchObject({ offset: 1 })
    expect(lampIdsOf(appends.at(-1))).toEqual(['young'])
    expect(lampIds(await envelopes())).toEqual(['first', 'young'])
  })

  it('that is about to pass for the oldest of a batch leaves the others the time to be sent', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { light, transport, appended } = await openLampShop({ deliveryTimeoutMs: 10_000 })
    const append = vi.spyOn(transport.sender, 'append')
    const release = transport.broker.faults.holdAppends()
    const first = light('first')
    await appended(1)
    const old = light('old')
    vi.advanceTimersByTime(5_000)
    const young = light('young')
    vi.advanceTimersByTime(4_999)
    release()
    await Promise.all([first, old, young])
    expect(append.mock.calls.map(([, { timeoutMs }]) => timeoutMs)).toEqual([10_000, 5_001])
  })

  it('passed while an attempt has longer rejects in time, and what is acknowledged later changes nothing', async () => {
    const { light, transport, envelopes, publisher } = await openLampShop({ deliveryTimeoutMs: 50 })
    const append = vi.spyOn(transport.sender, 'append')
    const release = transport.broker.faults.holdAppends()
    const startedMs = performance.now()
    await expect(light('late')).rejects.toMatchObject({ code: 'DELIVERY_TIMEOUT', outcome: 'unknown' })
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    expect(append.mock.calls[0]?.[1]).toEqual({ timeoutMs: 2_000 })
    release()
    await light('next')
    expect(lampIds(await envelopes())).toEqual(['late', 'next'])
    expect(publisher.stats()).toMatchObject({ published: 1, failed: 1, queuedEvents: 0 })
  })

  it('passed before a broker said how many partitions there are rejects with not-sent', async () => {
    const { transport } = await openLampShop()
    const admin: Transport['admin'] = { ...transport.admin, describeTopics: () => new Promise(() => {}) }
    const { light } = await openLampShop({ deliveryTimeoutMs: 30, transport: { ...transport, admin } })
    await expect(light('lamp-1')).rejects.toMatchObject({ code: 'DELIVERY_TIMEOUT', outcome: 'not-sent' })
  })
})

describe('the queue', () => {
  it('refuses at once what would go past maxQueuedBytes, and takes more when there is room again', async () => {
    const { light, transport, appends, publisher } = await openLampShop({ maxQueuedBytes: 1000 })
    const release = transport.broker.faults.holdAppends()
    const first = light('a'.repeat(500))
    await expect(light('b'.repeat(500))).rejects.toMatchObject({
      code: 'PUBLISH_QUEUE_FULL',
      outcome: 'not-sent',
      canRetry: true,
    })
    expect(publisher.stats()).toMatchObject({ queuedEvents: 1, failed: 1 })
    release()
    await first
    expect(publisher.stats()).toMatchObject({ queuedEvents: 0, queuedBytes: 0 })
    await light('c'.repeat(500))
    expect(appends.length).toBe(2)
  })

  it('gives an aborted event back at once, and never sends it', async () => {
    const { publisher, light, transport, envelopes, appended } = await openLampShop()
    const release = transport.broker.faults.holdAppends()
    const first = light('first')
    await appended(1)
    const controller = new AbortController()
    const fields = { householdId: 'household-1', signal: controller.signal }
    const aborted = publisher.publish('lamp.lit', { lampId: 'aborted' }, fields)
    const reason = new Error('the request was closed')
    controller.abort(reason)
    await expect(aborted).rejects.toMatchObject({ code: 'PUBLISH_ABORTED', outcome: 'not-sent', cause: reason })
    expect(publisher.stats().queuedEvents).toBe(1)
    const last = light('last')
    release()
    await Promise.all([first, last])
    expect(lampIds(await envelopes())).toEqual(['first', 'last'])
  })

  it('says of an event aborted while it is being sent that its outcome is unknown', async () => {
    const { publisher, transport, appended } = await openLampShop()
    transport.broker.faults.holdAppends()
    const controller = new AbortController()
    const fields = { householdId: 'household-1', signal: controller.signal }
    const aborted = publisher.publish('lamp.lit', { lampId: 'lamp-1' }, fields)
    await appended(1)
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'PUBLISH_ABORTED', outcome: 'unknown' })
  })

  it('listens to a signal no longer than to the outcome', async () => {
    const { publisher } = await openLampShop()
    const { signal } = new AbortController()
    const published = publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'household-1', signal })
    expect(getEventListeners(signal, 'abort').length).toBe(1)
    await published
    expect(getEventListeners(signal, 'abort').length).toBe(0)
  })

  it('refuses a signal that was aborted before', async () => {
    const { publisher, appends } = await openLampShop()
    const fields = { householdId: 'household-1', signal: AbortSignal.abort() }
    const aborted = publisher.publish('lamp.lit', { lampId: 'lamp-1' }, fields)
    await expect(aborted).rejects.toMatchObject({ code: 'PUBLISH_ABORTED', outcome: 'not-sent' })
    expect(appends).toEqual([])
  })
})

describe('close', () => {
  it('delivers what is queued before it resolves, and leaves a given transport open', async () => {
    const { light, publisher, transport, envelopes } = await openLampShop()
    const published = names(10).map((name) => light(name))
    expect(await publisher.close()).toEqual({ undelivered: [] })
    expect(publisher.stats()).toMatchObject({ published: 10, queuedEvents: 0 })
    await Promise.all(published)
    expect(lampIds(await envelopes())).toEqual(names(10))
    expect(await transport.admin.clusterId()).toMatch(/./)
  })

  it('rejects and reports what it could not deliver within its deadline', async () => {
    const warn = vi.fn()
    const { publisher, light, transport, appended } = await openLampShop({ logger: { ...silentLogger, warn } })
    transport.broker.faults.holdAppends()
    const sent = light('sent')
    await appended(1)
    const queued = light('queued')
    const outcomes = Promise.allSettled([sent, queued])
    const { undelivered } = await publisher.close({ timeoutMs: 20 })
    expect(undelivered).toMatchObject([
      { type: 'lamp.lit', outcome: 'unknown' },
      { type: 'lamp.lit', outcome: 'not-sent' },
    ])
    expect(await outcomes).toMatchObject([
      { reason: { code: 'PUBLISHER_CLOSED', outcome: 'unknown' } },
      { reason: { code: 'PUBLISHER_CLOSED', outcome: 'not-sent' } },
    ])
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ events: 2 }), expect.any(String))
  })

  it('leaves no timer behind, even in the middle of a backoff', async () => {
    const { publisher, light, transport, appended } = await openLampShop()
    await light('first')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    transport.broker.faults.failAppends({ outcome: 'not-sent', times: Number.POSITIVE_INFINITY })
    const outcome = light('second').catch((error: unknown) => error)
    await appended(2)
    const closing = publisher.close({ timeoutMs: 10 })
    await vi.advanceTimersByTimeAsync(10)
    expect(await closing).toMatchObject({ undelivered: [{ outcome: 'not-sent' }] })
    expect(await outcome).toMatchObject({ code: 'PUBLISHER_CLOSED', outcome: 'not-sent' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('makes every later publish fail', async () => {
    const { publisher, light } = await openLampShop()
    const closing = publisher.close()
    await expect(light('late')).rejects.toMatchObject({ code: 'PUBLISHER_CLOSED', outcome: 'not-sent' })
    expect(await publisher.close()).toBe(await closing)
  })

  it('is what asyncDispose does', async () => {
    const { publisher, light, envelopes } = await openLampShop()
    const published = light('lamp-1')
    await publisher[Symbol.asyncDispose]()
    await published
    expect(lampIds(await envelopes())).toEqual(['lamp-1'])
  })
})

describe('a defect of the transport', () => {
  it('rejects the events, whose outcome nobody knows, and the next ones go through', async () => {
    const { light, transport } = await openLampShop()
    await light('first')
    vi.spyOn(transport.sender, 'append').mockRejectedValueOnce(new TypeError('undefined is not a function'))
    await expect(light('second')).rejects.toMatchObject({ code: 'PROTOCOL', outcome: 'unknown' })
    expect(await light('third')).toMatchObject({ offset: 1 })
  })

  it('that was closed by someone else rejects with CLOSED', async () => {
    const { light, transport } = await openLampShop()
    await light('first')
    await transport.close()
    await expect(light('second')).rejects.toMatchObject({ name: 'PublishError', code: 'CLOSED' })
  })
})
