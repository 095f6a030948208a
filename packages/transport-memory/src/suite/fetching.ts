import type { FetchedBatch } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { assignmentOf, endOf, type Probe, valuesOf } from './probe.ts'
import type { Stage } from './stage.ts'
import { texts } from './stage.ts'

/** The tests of what a receiver delivers, and from where. */
export function describeFetching(stage: Stage): void {
  describe('a receiver', () => {
    it('delivers what was written before and after it joined, in the order of each partition', async () => {
      const topic = await stage.topic(3)
      await Promise.all([0, 1, 2].map((partition) => stage.append(topic, partition, texts(50, 'before'))))
      const probe = await stage.started({ groupId: stage.groupId(), topics: [topic] })
      await Promise.all([0, 1, 2].map((partition) => stage.append(topic, partition, texts(50, 'after'))))
      await probe.until('300 messages', () => valuesOf(probe).length >= 300)
      for (const partition of [0, 1, 2]) {
        expect(valuesOf(probe, partition)).toEqual([...texts(50, 'before'), ...texts(50, 'after')])
      }
    })

    it('says how far the partition was written', async () => {
      const topic = await stage.topic()
      await stage.append(topic, 0, texts(3))
      const probe = await stage.started({ groupId: stage.groupId(), topics: [topic] })
      await probe.until('three messages', () => valuesOf(probe).length >= 3)
      expect(batchesOf(probe).at(-1)?.highWatermark).toBe(3)
    })

    it('starts at the positions that assigned returns, after or before the committed one', async () => {
      const topic = await stage.topic(2)
      const groupId = stage.groupId()
      await Promise.all([0, 1].map((partition) => stage.append(topic, partition, texts(6))))
      const first = await stage.started({ groupId, topics: [topic] })
      const at = (partition: number, offset: number) => ({ topic, partition, offset, metadata: '' })
      await first.receiver.commit([at(0, 3), at(1, 3)])
      await first.receiver.stop({ timeoutMs: stage.harness.waitMs })
      const second = await stage.started({ groupId, topics: [topic] }, { assigned: () => [at(0, 5), at(1, 1)] })
      await second.until('the last messages', () => [0, 1].every((p) => valuesOf(second, p).at(-1) === 'm5'))
      expect([valuesOf(second, 0), valuesOf(second, 1)]).toEqual([['m5'], ['m1', 'm2', 'm3', 'm4', 'm5']])
    })

    it('goes on at the offset that batch returns, forward and backward', async () => {
      const topic = await stage.topic()
      await stage.append(topic, 0, texts(10))
      const returned = [1, 5, 3]
      const probe = await stage.started(
        { groupId: stage.groupId(), topics: [topic] },
        { batch: (batch) => returned.shift() ?? endOf(batch) },
      )
      await probe.until('four batches', () => batchesOf(probe).length >= 4)
      const firsts = batchesOf(probe).map((batch) => batch.messages[0]?.offset)
      expect(firsts.slice(0, 4)).toEqual([0, 1, 5, 3])
    })

    it('delivers nothing of a paused partition until it is resumed', async () => {
      const topic = await stage.topic(2)
      const probe = await stage.started({ groupId: stage.groupId(), topics: [topic] })
      probe.receiver.pause([{ topic, partition: 0 }])
      await stage.append(topic, 0, ['held'])
      for (const text of texts(5)) {
        await stage.append(topic, 1, [text])
        await probe.until(`${text} of the other partition`, () => valuesOf(probe, 1).includes(text))
      }
      expect(valuesOf(probe, 0)).toEqual([])
      probe.receiver.resume([{ topic, partition: 0 }])
      await probe.until('the held message', () => valuesOf(probe, 0).length > 0)
      expect(valuesOf(probe, 0)).toEqual(['held'])
    })

    it('forgets the pause of a partition that goes to another member and comes back', async () => {
      const topic = await stage.topic(2)
      const options = { groupId: stage.groupId(), topics: [topic] }
      const one = await stage.started(options)
      one.receiver.pause([
        { topic, partition: 0 },
        { topic, partition: 1 },
      ])
      const two = await stage.started(options, {}, await stage.open())
      await one.until('an assignment of one partition', () => assignmentOf(one)?.length === 1)
      await two.until('an assignment of one partition', () => assignmentOf(two)?.length === 1)
      const moved = assignmentOf(two)?.[0]?.partition ?? -1
      await two.receiver.stop({ timeoutMs: stage.harness.waitMs })
      await one.until('an assignment of both partitions', () => assignmentOf(one)?.length === 2)
      await stage.append(topic, moved, ['new'])
      await one.until('the message', () => valuesOf(one, moved).length > 0)
      expect(valuesOf(one, moved)).toEqual(['new'])
    })

    it('keeps a pause made inside batch', async () => {
      const topic = await stage.topic(2)
      const probe = stage.probe(
        { groupId: stage.groupId(), topics: [topic] },
        {
          batch: (batch) => {
            if (batch.partition === 0) probe.receiver.pause([{ topic, partition: 0 }])
            return endOf(batch)
          },
        },
      )
      await probe.receiver.start(probe.listener)
      await stage.append(topic, 0, ['first'])
      await probe.until('the first message', () => valuesOf(probe, 0).length > 0)
      await stage.append(topic, 0, ['second'])
      for (const text of texts(3)) {
        await stage.append(topic, 1, [text])
        await probe.until(`${text} of the other partition`, () => valuesOf(probe, 1).includes(text))
      }
      expect(valuesOf(probe, 0)).toEqual(['first'])
      probe.receiver.resume([{ topic, partition: 0 }])
      await probe.until('the second message', () => valuesOf(probe, 0).length > 1)
      expect(valuesOf(probe, 0)).toEqual(['first', 'second'])
    })

    it('is dead, and says so, when the listener throws', async () => {
      const topic = await stage.topic()
      const defect = new TypeError('a defect of the listener')
      const options = { groupId: stage.groupId(), topics: [topic] }
      const probe = await stage.started(options, {
        batch: () => {
          throw defect
        },
      })
      await stage.append(topic, 0, ['poison'])
      await probe.until('fatal', ({ calls }) => calls.some(({ name }) => name === 'fatal'))
      expect(probe.calls.findLast((call) => call.name === 'fatal')?.error).toBe(defect)
      const next = await stage.started(options)
      await next.until('the message, by another member', () => valuesOf(next).length > 0)
      expect(probe.calls.map(({ name }) => name)).toEqual(['assigned', 'batch', 'fatal'])
    })
  })
}

function batchesOf(probe: Probe): FetchedBatch[] {
  return probe.calls.flatMap((call) => (call.name === 'batch' ? [call.batch] : []))
}
