import type { CommittedPosition } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { assignmentOf, type Probe, valuesOf } from './probe.ts'
import type { Stage } from './stage.ts'
import { texts } from './stage.ts'

/** The tests of committed positions. */
export function describeCommitting(stage: Stage): void {
  const stop = (probe: Probe): Promise<void> => probe.receiver.stop({ timeoutMs: stage.harness.waitMs })

  describe('a commit', () => {
    it('is where the next member goes on', async () => {
      const topic = await stage.topic()
      const options = { groupId: stage.groupId(), topics: [topic] }
      await stage.append(topic, 0, texts(5))
      const first = await stage.started(options)
      await first.until('five messages', () => valuesOf(first).length >= 5)
      await first.receiver.commit([position(topic, 0, 3)])
      await stop(first)
      const second = await stage.started(options)
      await second.until('the rest', () => valuesOf(second).includes('m4'))
      expect(valuesOf(second)).toEqual(['m3', 'm4'])
    })

    it('that was not made means that everything is delivered again', async () => {
      const topic = await stage.topic()
      const options = { groupId: stage.groupId(), topics: [topic] }
      await stage.append(topic, 0, texts(3))
      const first = await stage.started(options)
      await first.until('three messages', () => valuesOf(first).length >= 3)
      await stop(first)
      const second = await stage.started(options)
      await second.until('three messages again', () => valuesOf(second).length >= 3)
      expect(valuesOf(second)).toEqual(texts(3))
    })

    it('comes back with its metadata, in assigned and to whoever asks', async () => {
      const topic = await stage.topic(2)
      const groupId = stage.groupId()
      await stage.append(topic, 1, texts(8))
      const committed = position(topic, 1, 7, `ü${'x'.repeat(4000)}`)
      const first = await stage.started({ groupId, topics: [topic] })
      await first.receiver.commit([committed])
      await stop(first)
      const second = await stage.started({ groupId, topics: [topic] })
      expect(assignmentOf(second)?.find(({ partition }) => partition === 1)?.committed).toEqual(committed)
      expect(assignmentOf(second)?.find(({ partition }) => partition === 0)?.committed).toBeUndefined()
      expect(await stage.transport.admin.committed(groupId, [topic])).toEqual([committed])
    })

    it('may go back', async () => {
      const topic = await stage.topic()
      const groupId = stage.groupId()
      await stage.append(topic, 0, texts(5))
      const probe = await stage.started({ groupId, topics: [topic] })
      await probe.receiver.commit([position(topic, 0, 5)])
      await probe.receiver.commit([position(topic, 0, 2)])
      expect(await stage.transport.admin.committed(groupId, [topic])).toEqual([position(topic, 0, 2)])
    })

    it('made inside rebalancing counts, for whoever gets the partition', async () => {
      const topic = await stage.topic(2)
      const options = { groupId: stage.groupId(), topics: [topic] }
      await Promise.all([0, 1].map((partition) => stage.append(topic, partition, texts(4))))
      const last = [position(topic, 0, 2, 'last'), position(topic, 1, 3, 'last')]
      const one = stage.probe(options, { rebalancing: () => one.receiver.commit(last) })
      await one.receiver.start(one.listener)
      const two = await stage.started(options, {}, await stage.open())
      await one.until('an assignment of one partition', () => assignmentOf(one)?.length === 1)
      await two.until('an assignment of one partition', () => assignmentOf(two)?.length === 1)
      const seen = [one, two].flatMap((probe) => assignmentOf(probe)?.map(({ committed }) => committed) ?? [])
      expect(seen.sort((a, b) => (a?.partition ?? 0) - (b?.partition ?? 0))).toEqual(last)
    })

    it('for a partition that went to another member is NOT_OWNED and changes nothing', async () => {
      const topic = await stage.topic(2)
      const options = { groupId: stage.groupId(), topics: [topic] }
      await Promise.all([0, 1].map((partition) => stage.append(topic, partition, texts(4))))
      const one = await stage.started(options)
      const two = await stage.started(options, {}, await stage.open())
      await one.until('an assignment of one partition', () => assignmentOf(one)?.length === 1)
      await two.until('an assignment of one partition', () => assignmentOf(two)?.length === 1)
      const [own, moved] = [assignmentOf(one)?.[0]?.partition ?? -1, assignmentOf(two)?.[0]?.partition ?? -1]
      await two.receiver.commit([position(topic, moved, 3)])
      const stale = one.receiver.commit([position(topic, own, 4), position(topic, moved, 1)])
      await expect(stale).rejects.toMatchObject({ code: 'NOT_OWNED' })
      const committed = await stage.transport.admin.committed(options.groupId, [topic])
      expect(committed).toEqual([position(topic, moved, 3)])
    })

    it('of a receiver that has stopped is refused and changes nothing', async () => {
      const topic = await stage.topic()
      const groupId = stage.groupId()
      await stage.append(topic, 0, texts(4))
      const probe = await stage.started({ groupId, topics: [topic] })
      await probe.receiver.commit([position(topic, 0, 1)])
      await stop(probe)
      const late = probe.receiver.commit([position(topic, 0, 4)])
      await expect(late).rejects.toMatchObject({ code: expect.stringMatching(/^(NOT_OWNED|CLOSED)$/) })
      expect(await stage.transport.admin.committed(groupId, [topic])).toEqual([position(topic, 0, 1)])
    })
  })
}

function position(topic: string, partition: number, offset: number, metadata = ''): CommittedPosition {
  return { topic, partition, offset, metadata }
}
