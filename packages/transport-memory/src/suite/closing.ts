import { describe, expect, it } from 'vitest'
import { valuesOf } from './probe.ts'
import type { Stage } from './stage.ts'
import { textMessage, texts } from './stage.ts'

/** The tests of stopping a receiver and closing a transport. */
export function describeClosing(stage: Stage): void {
  const { waitMs } = stage.harness

  describe('the end', () => {
    it('of a receiver comes within the deadline, and its listener hears nothing more', async () => {
      const topic = await stage.topic()
      const options = { groupId: stage.groupId(), topics: [topic] }
      const one = await stage.started(options)
      await stage.append(topic, 0, ['first'])
      await one.until('the first message', () => valuesOf(one).length > 0)
      const startedMs = performance.now()
      await one.receiver.stop({ timeoutMs: waitMs })
      // A tenth for the turns of a busy event loop.
      expect(performance.now() - startedMs).toBeLessThan(waitMs * 1.1)
      const heard = one.calls.length
      await stage.append(topic, 0, ['second'])
      const two = await stage.started(options)
      await two.until('both messages', () => valuesOf(two).includes('second'))
      expect(one.calls.length).toBe(heard)
    })

    it('of a receiver comes while its listener is busy', async () => {
      const topic = await stage.topic()
      const { promise: busy, resolve: finish } = Promise.withResolvers<number>()
      const probe = await stage.started({ groupId: stage.groupId(), topics: [topic] }, { batch: () => busy })
      await stage.append(topic, 0, texts(2))
      await probe.until('a batch', ({ calls }) => calls.some(({ name }) => name === 'batch'))
      const deadlineMs = Math.min(1000, waitMs)
      await probe.receiver.stop({ timeoutMs: deadlineMs })
      const heard = probe.calls.length
      finish(1)
      const next = await stage.started({ groupId: stage.groupId(), topics: [topic] })
      await next.until('both messages', () => valuesOf(next).length >= 2)
      expect(probe.calls.length).toBe(heard)
    })

    it('of a receiver may come twice, and before it starts', async () => {
      const options = { groupId: stage.groupId(), topics: [await stage.topic()] }
      const idle = stage.probe(options)
      await idle.receiver.stop({ timeoutMs: waitMs })
      await expect(idle.receiver.start(idle.listener)).rejects.toMatchObject({ code: 'CLOSED' })
      const probe = await stage.started(options)
      await probe.receiver.stop({ timeoutMs: waitMs })
      await probe.receiver.stop({ timeoutMs: waitMs })
      expect(idle.calls).toEqual([])
    })

    it('of a receiver that is still joining leaves nothing behind', async () => {
      const topic = await stage.topic()
      const options = { groupId: stage.groupId(), topics: [topic] }
      const probe = stage.probe(options)
      const [, stopped] = await Promise.allSettled([
        probe.receiver.start(probe.listener),
        probe.receiver.stop({ timeoutMs: waitMs }),
      ])
      expect(stopped.status).toBe('fulfilled')
      const heard = probe.calls.length
      const next = await stage.started(options)
      await stage.append(topic, 0, ['late'])
      await next.until('the message', () => valuesOf(next).length > 0)
      expect(probe.calls.length).toBe(heard)
    })

    it('of a transport fails whatever is asked of it with CLOSED', async () => {
      const topic = await stage.topic()
      const transport = await stage.open()
      await transport.close()
      const batch = { topic, partition: 0, messages: [textMessage('late')] }
      const closed = expect.objectContaining({ code: 'CLOSED' })
      await expect(transport.sender.append(batch, { timeoutMs: waitMs })).rejects.toEqual(closed)
      await expect(transport.read({ topic, partition: 0, offset: 0 })).rejects.toEqual(closed)
      await expect(transport.admin.clusterId()).rejects.toEqual(closed)
      await expect(transport.admin.ranges([topic])).rejects.toEqual(closed)
      await transport.close()
      expect(await stage.append(topic, 0, ['by another transport'])).toBe(0)
    })

    it('of a transport ends its receivers with CLOSED', async () => {
      const transport = await stage.open()
      const options = { groupId: stage.groupId(), topics: [await stage.topic()] }
      const probe = await stage.started(options, {}, transport)
      await transport.close()
      await probe.until('fatal', ({ calls }) => calls.some(({ name }) => name === 'fatal'))
      expect(probe.calls.at(-1)).toMatchObject({ name: 'fatal', error: { code: 'CLOSED' } })
    })
  })
}
