import type { GroupDescription, TopicPartition } from '@house-helper/events-core'
import { describe, expect, it, vi } from 'vitest'
import { assignmentOf, assignmentsOf, type Probe, valuesOf } from './probe.ts'
import type { Stage } from './stage.ts'
import { texts } from './stage.ts'

/** The tests of joining, sharing and leaving. */
export function describeGroups(stage: Stage): void {
  describe('a group', () => {
    it('gives its only member every partition of every topic before start resolves', async () => {
      const topics = [await stage.topic(2), await stage.topic(1)]
      const probe = await stage.started({ groupId: stage.groupId(), topics })
      expect(probe.calls[0]).toMatchObject({ name: 'assigned', continuous: false })
      const expected = topics.flatMap((topic, index) => places(topic, index === 0 ? [0, 1] : [0]))
      expect(sorted(assignmentOf(probe) ?? [])).toEqual(sorted(expected))
      expect(assignmentOf(probe)?.map(({ committed }) => committed)).toEqual([undefined, undefined, undefined])
    })

    it('refuses to start on a topic that does not exist', async () => {
      const probe = stage.probe({ groupId: stage.groupId(), topics: [await stage.topic(), stage.freshName()] })
      await expect(probe.receiver.start(probe.listener)).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
    })

    it('shares the partitions among its members, each partition with one', async () => {
      const options = { groupId: stage.groupId(), topics: [await stage.topic(4)] }
      const one = await stage.started(options)
      const two = await stage.started(options, {}, await stage.open())
      await one.until('an assignment of two partitions', () => assignmentOf(one)?.length === 2)
      await two.until('an assignment of two partitions', () => assignmentOf(two)?.length === 2)
      expect(partitionsOf(one, two)).toEqual([0, 1, 2, 3])
    })

    it('calls rebalancing before it gives a member that stays a new assignment', async () => {
      const options = { groupId: stage.groupId(), topics: [await stage.topic(2)] }
      const one = await stage.started(options)
      const two = await stage.started(options, {}, await stage.open())
      await one.until('an assignment of one partition', () => assignmentOf(one)?.length === 1)
      const names = one.calls.map(({ name }) => name)
      expect(names.slice(0, 3)).toEqual(['assigned', 'rebalancing', 'assigned'])
      expect(two.calls[0]?.name).toBe('assigned')
    })

    it('gives the partitions of a member that stopped to the others', async () => {
      const topic = await stage.topic(2)
      const options = { groupId: stage.groupId(), topics: [topic] }
      const one = await stage.started(options)
      const two = await stage.started(options, {}, await stage.open())
      await one.until('an assignment of one partition', () => assignmentOf(one)?.length === 1)
      await two.until('an assignment of one partition', () => assignmentOf(two)?.length === 1)
      await one.receiver.stop({ timeoutMs: stage.harness.waitMs })
      await two.until('an assignment of both partitions', () => assignmentOf(two)?.length === 2)
      await Promise.all([stage.append(topic, 0, ['zero']), stage.append(topic, 1, ['one'])])
      await two.until('a message of each partition', () => valuesOf(two).length >= 2)
      expect(valuesOf(two).sort()).toEqual(['one', 'zero'])
    })

    it('gives a member nothing while the others have all partitions', async () => {
      const options = { groupId: stage.groupId(), topics: [await stage.topic(1)] }
      const one = await stage.started(options)
      const two = await stage.started(options, {}, await stage.open())
      await one.until('a second assignment', () => assignmentsOf(one) >= 2)
      await two.until('an assignment that fits the first', () => partitionsOf(one, two).length === 1)
      expect(partitionsOf(one, two)).toEqual([0])
    })

    it('is described to whoever asks, with what each member has and announces', async () => {
      const topic = await stage.topic(2)
      const groupId = stage.groupId()
      const announcement = Buffer.from([0, 1, 0xff])
      const probe = await stage.started({ groupId, topics: [topic], announcement })
      const { admin } = await stage.open()
      const described = await settled(() => admin.describeGroup(groupId), stage.harness.waitMs)
      expect(described).toEqual({
        groupId,
        state: 'stable',
        members: [
          {
            ...{
              id: expect.stringMatching(/./),
              clientId: expect.stringMatching(/./),
              host: expect.stringMatching(/./),
            },
            ...{ topics: [topic], partitions: expect.anything(), announcement: expect.anything() },
          },
        ],
      })
      expect(sorted(described.members[0]?.partitions ?? [])).toEqual(sorted(places(topic, [0, 1])))
      expect(Buffer.from(described.members[0]?.announcement ?? [])).toEqual(announcement)
      expect(await admin.groupIds()).toContain(groupId)
      await probe.receiver.commit([{ topic, partition: 0, offset: 0, metadata: '' }])
      await probe.receiver.stop({ timeoutMs: stage.harness.waitMs })
      expect(await admin.describeGroup(groupId)).toEqual({ groupId, state: 'empty', members: [] })
      expect(await admin.groupIds()).toContain(groupId)
    })

    it('that does not exist is unknown, and is not listed', async () => {
      const groupId = stage.groupId()
      const { admin } = stage.transport
      expect(await admin.describeGroup(groupId)).toEqual({ groupId, state: 'unknown', members: [] })
      expect(await admin.groupIds()).not.toContain(groupId)
    })

    it('delivers to each of two groups everything', async () => {
      const topic = await stage.topic()
      const probes = await Promise.all([1, 2].map(() => stage.started({ groupId: stage.groupId(), topics: [topic] })))
      await stage.append(topic, 0, texts(3))
      for (const probe of probes) {
        await probe.until('three messages', () => valuesOf(probe).length >= 3)
        expect(valuesOf(probe)).toEqual(texts(3))
      }
    })
  })
}

/** Asks until the group is stable; rejects at the deadline. */
async function settled(ask: () => Promise<GroupDescription>, waitMs: number): Promise<GroupDescription> {
  return await vi.waitFor(
    async () => {
      const described = await ask()
      expect(described.state).toBe('stable')
      return described
    },
    { timeout: waitMs },
  )
}

function places(topic: string, partitions: readonly number[]): TopicPartition[] {
  return partitions.map((partition) => ({ topic, partition }))
}

function sorted(partitions: readonly TopicPartition[]): string[] {
  return partitions.map(({ topic, partition }) => `${topic}/${partition}`).sort()
}

function partitionsOf(...probes: readonly Probe[]): number[] {
  return probes.flatMap((probe) => (assignmentOf(probe) ?? []).map(({ partition }) => partition)).sort()
}
