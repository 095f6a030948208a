import { describe, expect, it } from 'vitest'
import type { Stage } from './stage.ts'
import { texts } from './stage.ts'

/** The tests of what a Transport's admin changes. */
export function describeAdminChanges(stage: Stage): void {
  describe('changing topics', () => {
    const settings = ['retention.ms', 'retention.bytes', 'max.message.bytes']

    it('sets the settings that are named and leaves the others as they are', async () => {
      const topic = await stage.topic(1, { 'retention.ms': '3600000', 'retention.bytes': '2000000' })
      const { admin } = stage.transport
      await admin.alterTopicConfig(topic, { 'retention.ms': '7200000', 'max.message.bytes': '2000000' })
      expect(await admin.topicConfig(topic, settings)).toEqual({
        'retention.ms': '7200000',
        'retention.bytes': '2000000',
        'max.message.bytes': '2000000',
      })
      await admin.alterTopicConfig(topic, {})
      expect(await admin.topicConfig(topic, ['retention.ms'])).toEqual({ 'retention.ms': '7200000' })
    })

    it('fails with PROTOCOL for a setting that does not exist, and TOPIC_MISSING for such a topic', async () => {
      const topic = await stage.topic()
      const { admin } = stage.transport
      const wrong = admin.alterTopicConfig(topic, { 'no.such': '1' })
      await expect(wrong).rejects.toMatchObject({ code: 'PROTOCOL', message: expect.stringContaining('no.such') })
      const missing = admin.alterTopicConfig(stage.freshName(), { 'retention.ms': '1' })
      await expect(missing).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
    })

    it('gives a topic more partitions, which can be used at once and leave its messages where they are', async () => {
      const topic = await stage.topic(1)
      const { admin } = stage.transport
      await stage.append(topic, 0, texts(3))
      await admin.addPartitions(topic, 3)
      expect(await admin.describeTopics([topic])).toEqual([{ name: topic, partitions: 3, replicationFactor: 1 }])
      expect(await stage.append(topic, 2, texts(2))).toBe(0)
      const ranges = await admin.ranges([topic])
      expect(ranges.toSorted((a, b) => a.partition - b.partition).map(({ high }) => high)).toEqual([3, 0, 2])
    })

    it.each([1, 2])('fails with PROTOCOL where a topic of two partitions is to have %i', async (count) => {
      const topic = await stage.topic(2)
      const { admin } = stage.transport
      await expect(admin.addPartitions(topic, count)).rejects.toMatchObject({ code: 'PROTOCOL' })
      expect(await admin.describeTopics([topic])).toMatchObject([{ partitions: 2 }])
    })

    it('fails with TOPIC_MISSING for the partitions of a topic that does not exist', async () => {
      const missing = stage.transport.admin.addPartitions(stage.freshName(), 2)
      await expect(missing).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
    })
  })
}
