import type { FetchedMessage, Jump } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { type Probe, valuesOf } from './probe.ts'
import type { Stage } from './stage.ts'
import { texts } from './stage.ts'

/** The tests of `read`, and of what is left after retention. */
export function describeReading(stage: Stage): void {
  const { truncate } = stage.harness

  describe('reading without a group', () => {
    it('reads from the offset on', async () => {
      const topic = await stage.topic()
      await stage.append(topic, 0, texts(5))
      const messages = await stage.transport.read({ topic, partition: 0, offset: 3 })
      expect(messages.map(offsetAndValue)).toEqual(['3 m3', '4 m4'])
    })

    it('gives nothing at the end of a partition and past it', async () => {
      const topic = await stage.topic()
      await stage.append(topic, 0, texts(2))
      expect(await stage.transport.read({ topic, partition: 0, offset: 2 })).toEqual([])
      expect(await stage.transport.read({ topic, partition: 0, offset: 1000 })).toEqual([])
    })

    it('gives a message even if it is larger than maxBytes', async () => {
      const topic = await stage.topic()
      await stage.append(topic, 0, ['x'.repeat(10_000)])
      await stage.append(topic, 0, ['y'.repeat(10_000)])
      const messages = await stage.transport.read({ topic, partition: 0, offset: 0 }, { maxBytes: 1 })
      expect(messages.map(({ offset }) => offset)).toEqual([0])
    })

    it('fails with TOPIC_MISSING for a topic and for a partition that do not exist', async () => {
      const topic = await stage.topic()
      const noTopic = stage.transport.read({ topic: stage.freshName(), partition: 0, offset: 0 })
      await expect(noTopic).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
      const noPartition = stage.transport.read({ topic, partition: 1, offset: 0 })
      await expect(noPartition).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
    })
  })

  describe.runIf(truncate !== undefined)('after retention has dropped the first messages', () => {
    const truncated = async (): Promise<string> => {
      const topic = await stage.topic()
      await stage.append(topic, 0, texts(3))
      await stage.append(topic, 0, texts(2, 'n'))
      await truncate?.({ topic, partition: 0, offset: 3 })
      return topic
    }

    it('shows the first offset that is left', async () => {
      const topic = await truncated()
      expect(await stage.transport.admin.ranges([topic])).toEqual([{ topic, partition: 0, low: 3, high: 5 }])
    })

    it('reads an earlier offset from the first message that is left', async () => {
      const topic = await truncated()
      const messages = await stage.transport.read({ topic, partition: 0, offset: 1 })
      expect(messages.map(offsetAndValue)).toEqual(['3 n0', '4 n1'])
    })

    it('receives from the first message that is left', async () => {
      const topic = await truncated()
      const start = (): { topic: string; partition: number; offset: number }[] => [{ topic, partition: 0, offset: 1 }]
      const probe = await stage.started({ groupId: stage.groupId(), topics: [topic] }, { assigned: start })
      await probe.until('both messages that are left', () => valuesOf(probe).length >= 2)
      expect(valuesOf(probe)).toEqual(['n0', 'n1'])
    })

    it('says with the first batch which offsets are gone', async () => {
      const topic = await truncated()
      const start = (): { topic: string; partition: number; offset: number }[] => [{ topic, partition: 0, offset: 1 }]
      const probe = await stage.started({ groupId: stage.groupId(), topics: [topic] }, { assigned: start })
      await probe.until('both messages that are left', () => valuesOf(probe).length >= 2)
      await stage.append(topic, 0, ['later'])
      await probe.until('a later message', () => valuesOf(probe).length >= 3)
      expect(jumpsOf(probe)).toEqual([{ from: 1, to: 3, reason: 'removed' }])
    })
  })

  it('receives a partition that ends before the position from its first message, and says so', async () => {
    const topic = await stage.topic()
    await stage.append(topic, 0, texts(2))
    const start = (): { topic: string; partition: number; offset: number }[] => [{ topic, partition: 0, offset: 9 }]
    const probe = await stage.started({ groupId: stage.groupId(), topics: [topic] }, { assigned: start })
    await probe.until('both messages', () => valuesOf(probe).length >= 2)
    expect(valuesOf(probe)).toEqual(['m0', 'm1'])
    expect(jumpsOf(probe)).toEqual([{ from: 9, to: 0, reason: 'shorter' }])
  })
}

function jumpsOf(probe: Probe): Jump[] {
  return probe.calls.flatMap((call) => (call.name === 'batch' && call.batch.jump ? [call.batch.jump] : []))
}

function offsetAndValue({ offset, value }: FetchedMessage): string {
  return `${offset} ${Buffer.from(value ?? []).toString()}`
}
