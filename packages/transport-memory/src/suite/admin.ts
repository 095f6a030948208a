import { describe, expect, it } from 'vitest'
import type { Stage } from './stage.ts'
import { texts } from './stage.ts'

/** The tests of a Transport's admin. */
export function describeAdmin(stage: Stage): void {
  const { remake } = stage.harness
  describe('asking and creating', () => {
    it('gives every transport of a cluster the same cluster id', async () => {
      const other = await stage.open()
      const id = await stage.transport.admin.clusterId()
      expect(id).toMatch(/./)
      expect(await other.admin.clusterId()).toBe(id)
    })

    it('describes topics by name and leaves out those that do not exist', async () => {
      const [name, missing] = [await stage.topic(3), stage.freshName()]
      expect(await stage.transport.admin.describeTopics([name, missing])).toEqual([
        { name, partitions: 3, replicationFactor: 1 },
      ])
      expect(await stage.transport.admin.describeTopics()).toContainEqual({ name, partitions: 3, replicationFactor: 1 })
    })

    it('creates the topics that are missing and leaves the others as they are', async () => {
      const [old, fresh] = [await stage.topic(2), await stage.topic(2)]
      const spec = { partitions: 5, replicationFactor: 1, config: {} }
      const another = stage.adopt(stage.freshName())
      const created = await stage.transport.admin.createTopics([
        { ...spec, name: old },
        { ...spec, name: another },
        { ...spec, name: fresh },
      ])
      expect(created).toEqual([another])
      const described = await stage.transport.admin.describeTopics([old, another])
      expect(new Map(described.map((topic) => [topic.name, topic.partitions]))).toEqual(
        new Map([
          [old, 2],
          [another, 5],
        ]),
      )
    })

    it('shows the settings that a topic was given, and leaves out those that do not exist', async () => {
      const topic = await stage.topic(1, { 'retention.ms': '-1' })
      const config = await stage.transport.admin.topicConfig(topic, ['retention.ms', 'cleanup.policy', 'no.such'])
      expect(config).toEqual({ 'retention.ms': '-1', 'cleanup.policy': 'delete' })
    })

    it('shows the first and the next offset of every partition', async () => {
      const topic = await stage.topic(2)
      await stage.append(topic, 1, texts(4))
      const ranges = await stage.transport.admin.ranges([topic])
      expect(ranges.toSorted((a, b) => a.partition - b.partition)).toEqual([
        { topic, partition: 0, low: 0, high: 0 },
        { topic, partition: 1, low: 0, high: 4 },
      ])
    })

    it('fails with TOPIC_MISSING for the ranges of a topic that does not exist', async () => {
      const missing = stage.transport.admin.ranges([stage.freshName()])
      await expect(missing).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
    })

    it('gives each topic an id that stays, and leaves out a topic that does not exist', async () => {
      const [one, other, missing] = [await stage.topic(), await stage.topic(2), stage.freshName()]
      const ids = await stage.transport.admin.topicIds([one, other, missing])
      expect([...ids.keys()].sort()).toEqual([one, other].sort())
      expect(new Set(ids.values()).size).toBe(2)
      await stage.append(one, 0, texts(1))
      expect(await stage.transport.admin.topicIds([one])).toEqual(new Map([[one, ids.get(one)]]))
      expect(await stage.transport.admin.topicIds([])).toEqual(new Map())
    })

    it.runIf(remake !== undefined)(
      'gives a topic that is deleted and made again another id, and no commits',
      async () => {
        const topic = await stage.topic()
        const groupId = stage.groupId()
        const before = await stage.transport.admin.topicIds([topic])
        await stage.append(topic, 0, texts(3))
        const probe = await stage.started({ groupId, topics: [topic] })
        await probe.receiver.commit([{ topic, partition: 0, offset: 2, metadata: '' }])
        await probe.receiver.stop({ timeoutMs: stage.harness.waitMs })
        await remake?.(topic)
        const after = await stage.transport.admin.topicIds([topic])
        expect(after.get(topic)).toMatch(/./)
        expect(after.get(topic)).not.toBe(before.get(topic))
        expect(await stage.transport.admin.ranges([topic])).toEqual([{ topic, partition: 0, low: 0, high: 0 }])
        expect(await stage.transport.admin.committed(groupId, [topic])).toEqual([])
      },
    )

    it('shows no commit of a group that has none', async () => {
      expect(await stage.transport.admin.committed(stage.groupId(), [await stage.topic()])).toEqual([])
    })
  })
}
