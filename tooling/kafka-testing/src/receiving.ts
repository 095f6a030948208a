import type { Position, Receiver, Transport } from '@house-helper/events-core'
import { AssignerProtocol } from 'kafkajs'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cleanUp, type OpenTransport, randomName, realSettings, truncate, withAdmin } from './real-kafka.ts'
import { type RecordingListener, recordingListener } from './recording-listener.ts'

const topics: string[] = []
const groupIds: string[] = []
let openTransport: OpenTransport
let transport: Transport

/** Registers the tests of receivers in groups that change, and of what topics hold. */
export function describeReceiving(open: OpenTransport): void {
  openTransport = open
  beforeEach(async () => {
    transport = await openTransport(realSettings())
  })

  afterEach(async () => await transport.close())

  afterAll(async () => await cleanUp(topics, groupIds))

  describe('members that come and go', () => {
    it('lose no message, and repeat only what was not committed', async () => {
      const topic = await newTopic(6)
      const groupId = newGroupId()
      const group: Group = { groupId, topic, seen: new Set(), committed: new Map(), repeatedAfterCommit: [] }
      const stay = member(group)
      await stay.receiver.start(stay.listener)
      const sending = sendAll(topic, 6, 400)
      for (let round = 0; round < 3; round++) {
        const guest = member(group)
        await guest.receiver.start(guest.listener)
        await stay.listener.until('a share of the partitions', () => stay.listener.assignments.at(-1)?.length === 3)
        await guest.receiver.stop({ timeoutMs: 10_000 })
        await stay.listener.until('all partitions', () => stay.listener.assignments.at(-1)?.length === 6)
      }
      await sending
      await stay.listener.until('all messages', () => group.seen.size === 2_400)
      expect(group.repeatedAfterCommit).toEqual([])
      expect(stay.listener.errors).toEqual([])
      // A member that stays keeps its membership through every change of the others.
      expect(stay.listener.heard.filter((what) => what.startsWith('assigned')).slice(1)).toEqual(
        Array.from({ length: 6 }, () => 'assigned (continuous)'),
      )
      expect(stay.listener.heard).not.toContain('lost')
    })
  })

  describe('a receiver', () => {
    it('shows its announcement to whoever describes the group', async () => {
      const topic = await newTopic(1)
      const groupId = newGroupId()
      const announcement = Buffer.from('{"handles":["task.completed"]}')
      const receiver = transport.receiver({ groupId, topics: [topic], announcement })
      await receiver.start(recordingListener())
      const { groups } = await withAdmin((admin) => admin.describeGroups([groupId]))
      const metadata = groups[0]?.members[0]?.memberMetadata
      const decoded = metadata && AssignerProtocol.MemberMetadata.decode(metadata)
      expect(decoded?.userData.toString()).toBe(announcement.toString())
      await receiver.stop({ timeoutMs: 10_000 })
    })

    it('receives messages of nearly the largest size a topic takes', async () => {
      const topic = await newTopic(1)
      const values = [1, 2, 3].map((fill) => Buffer.alloc(1_000_000, fill))
      for (const value of values) {
        await transport.sender.append({ topic, partition: 0, messages: [{ key: null, value }] }, { timeoutMs: 10_000 })
      }
      const listener = recordingListener()
      const receiver = transport.receiver({ groupId: newGroupId(), topics: [topic] })
      await receiver.start(listener)
      await listener.until('three messages', () => listener.values.length === 3)
      const received = listener.batches.flatMap(({ messages }) => messages.map(({ value }) => value))
      expect(values.every((value, index) => value.equals(received[index] ?? Buffer.alloc(0)))).toBe(true)
      await receiver.stop({ timeoutMs: 10_000 })
    })

    it('reads on from the first message that is left when its position was deleted, and commits nothing for that', async () => {
      const topic = await newTopic(1)
      const groupId = newGroupId()
      await sendAll(topic, 1, 10)
      await truncate({ topic, partition: 0, offset: 6 })
      const listener = recordingListener({ assigned: () => [{ topic, partition: 0, offset: 2 }] })
      const receiver = transport.receiver({ groupId, topics: [topic] })
      await receiver.start(listener)
      await listener.until('the rest', () => listener.values.length >= 4)
      expect(offsetsOf(listener)).toEqual([6, 7, 8, 9])
      expect(listener.batches[0]?.jump).toEqual({ from: 2, to: 6, reason: 'removed' })
      expect(await transport.admin.committed(groupId, [topic])).toEqual([])
      await receiver.stop({ timeoutMs: 10_000 })
    })

    it('reads from the beginning when its position lies past the end', async () => {
      const topic = await newTopic(1)
      await sendAll(topic, 1, 3)
      const listener = recordingListener({ assigned: () => [{ topic, partition: 0, offset: 500 }] })
      const receiver = transport.receiver({ groupId: newGroupId(), topics: [topic] })
      await receiver.start(listener)
      await listener.until('three messages', () => listener.values.length >= 3)
      expect(offsetsOf(listener)).toEqual([0, 1, 2])
      expect(listener.batches[0]?.jump).toEqual({ from: 500, to: 0, reason: 'shorter' })
      await sendAll(topic, 1, 1)
      await listener.until('one more', () => listener.values.length >= 4)
      expect(listener.batches.slice(1).map(({ jump }) => jump)).toEqual([undefined])
      await receiver.stop({ timeoutMs: 10_000 })
    })

    it('starts before the committed position where nothing new is written, as after a restored database', async () => {
      const topic = await newTopic(1)
      const groupId = newGroupId()
      await sendAll(topic, 1, 5)
      const first = transport.receiver({ groupId, topics: [topic] })
      await first.start(recordingListener())
      await first.commit([{ topic, partition: 0, offset: 5, metadata: '' }])
      await first.stop({ timeoutMs: 10_000 })
      const listener = recordingListener({ assigned: () => [{ topic, partition: 0, offset: 1 }] })
      const second = transport.receiver({ groupId, topics: [topic] })
      await second.start(listener)
      await listener.until('four messages', () => listener.values.length >= 4)
      expect(offsetsOf(listener)).toEqual([1, 2, 3, 4])
      await second.stop({ timeoutMs: 10_000 })
    })

    it('holds all but what the listener lets through while assigned takes its time', async () => {
      const topic = await newTopic(1)
      await sendAll(topic, 1, 3)
      const { promise, resolve } = Promise.withResolvers<readonly Position[]>()
      const listener = { ...recordingListener(), assigned: async () => await promise }
      const receiver = transport.receiver({ groupId: newGroupId(), topics: [topic] })
      const started = receiver.start(listener)
      resolve([{ topic, partition: 0, offset: 2 }])
      await started
      await listener.until('a message', () => listener.values.length > 0)
      expect(offsetsOf(listener)).toEqual([2])
      await receiver.stop({ timeoutMs: 10_000 })
    })
  })

  describe('a topic that brokers compress', () => {
    it.each(['gzip', 'zstd'])('with %s is received and read', async (codec) => {
      const topic = await newTopic(1, { 'compression.type': codec })
      await sendAll(topic, 1, 20)
      const listener = recordingListener()
      const receiver = transport.receiver({ groupId: newGroupId(), topics: [topic] })
      await receiver.start(listener)
      await listener.until('twenty messages', () => listener.values.length === 20)
      expect(offsetsOf(listener)).toEqual(Array.from({ length: 20 }, (_, index) => index))
      const read = await transport.read({ topic, partition: 0, offset: 15 })
      expect(read[0]?.offset).toBe(15)
      await receiver.stop({ timeoutMs: 10_000 })
    })

    it.each(['snappy', 'lz4'])('with %s is the receiver’s end, with the remedy', async (codec) => {
      const topic = await newTopic(1, { 'compression.type': codec })
      const listener = recordingListener()
      const receiver = transport.receiver({ groupId: newGroupId(), topics: [topic] })
      await receiver.start(listener)
      await sendAll(topic, 1, 20)
      const unsupported = {
        code: 'COMPRESSION_UNSUPPORTED',
        message: expect.stringMatching(`${topic}/0.*${codec}.*zstd`),
      }
      await listener.until('fatal', () => listener.errors.length > 0)
      expect(listener.errors).toMatchObject([unsupported])
      await expect(transport.read({ topic, partition: 0, offset: 0 })).rejects.toMatchObject(unsupported)
    })
  })
}

interface Member {
  readonly receiver: Receiver
  readonly listener: RecordingListener
}

/** What the members of a group have seen and committed together, as `partition/offset` and by partition. */
interface Group {
  readonly groupId: string
  readonly topic: string
  readonly seen: Set<string>
  readonly committed: Map<number, number>
  readonly repeatedAfterCommit: string[]
}

/** A member that writes down what it gets and commits it when the group moves on. */
function member({ groupId, topic, seen, committed, repeatedAfterCommit }: Group): Member {
  const next = new Map<number, number>()
  const listener = recordingListener({
    batch({ partition, messages }) {
      for (const { offset } of messages) {
        seen.add(`${partition}/${offset}`)
        if (offset < (committed.get(partition) ?? 0)) repeatedAfterCommit.push(`${partition}/${offset}`)
      }
      const after = (messages.at(-1)?.offset ?? 0) + 1
      next.set(partition, after)
      return after
    },
    async rebalancing() {
      const positions = [...next].map(([partition, offset]) => ({ topic, partition, offset, metadata: '' }))
      next.clear()
      await receiver.commit(positions)
      for (const { partition, offset } of positions) committed.set(partition, offset)
    },
  })
  const receiver = transport.receiver({ groupId, topics: [topic], sessionTimeoutMs: 6_000 })
  return { receiver, listener }
}

async function sendAll(topic: string, partitions: number, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      for (let index = 0; index < count; index += 10) {
        const messages = Array.from({ length: Math.min(10, count) }, (_unused, at) => ({
          key: Buffer.from(`k${at}`),
          value: Buffer.from(`${partition}-${index + at}`),
        }))
        await transport.sender.append({ topic, partition, messages }, { timeoutMs: 20_000 })
      }
    }),
  )
}

async function newTopic(partitions: number, config: Record<string, string> = {}): Promise<string> {
  const name = `house-helper.${randomName()}`
  topics.push(name)
  await transport.admin.createTopics([{ name, partitions, replicationFactor: 1, config }])
  return name
}

function newGroupId(): string {
  const groupId = randomName()
  groupIds.push(groupId)
  return groupId
}

function offsetsOf(listener: RecordingListener): number[] {
  return listener.batches.flatMap(({ messages }) => messages.map(({ offset }) => offset))
}
