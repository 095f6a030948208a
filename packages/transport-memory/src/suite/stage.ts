import { randomBytes } from 'node:crypto'
import type { OutgoingMessage, ReceiverOptions, Transport } from '@house-helper/events-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { TransportHarness } from './harness.ts'
import { createProbe, type Probe, type ProbeBehaviour } from './probe.ts'

/** A stage is what the suite's tests stand on: a transport, fresh topics and groups, and probes that are stopped. */
export interface Stage {
  readonly harness: TransportHarness
  /** One transport for all tests. */
  readonly transport: Transport
  /** Another transport to the same broker, closed after the test. */
  open(): Promise<Transport>
  /** Creates a topic of a fresh name. */
  topic(partitions?: number, config?: Readonly<Record<string, string>>): Promise<string>
  /** A name that no topic has. */
  freshName(): string
  /** Takes a topic that a test has created by itself into what is dropped at the end. */
  adopt(topic: string): string
  /** A fresh group id. */
  groupId(): string
  /** Appends texts to a partition as one batch and returns the first one's offset. */
  append(topic: string, partition: number, values: readonly string[]): Promise<number>
  /** A probe that has not been started. */
  probe(options: ReceiverOptions, behaviour?: ProbeBehaviour, transport?: Transport): Probe
  /** A probe that has its first assignment. */
  started(options: ReceiverOptions, behaviour?: ProbeBehaviour, transport?: Transport): Promise<Probe>
}

/** Sets the stage for the tests of the current `describe`. */
export function useStage(harness: TransportHarness): Stage {
  const topics: string[] = []
  const groupIds: string[] = []
  const probes: Probe[] = []
  const opened: Transport[] = []
  let shared: Transport

  beforeAll(async () => {
    shared = await harness.open()
  }, harness.waitMs * 2)
  afterEach(async () => {
    await Promise.all(probes.map(({ receiver }) => receiver.stop({ timeoutMs: harness.waitMs })))
    await Promise.all(opened.splice(0).map((transport) => transport.close()))
    const overlaps = probes.splice(0).flatMap((probe) => probe.overlaps)
    expect(overlaps, 'partitions whose batch was called again before it had settled').toEqual([])
  }, harness.waitMs * 2)
  afterAll(async () => {
    await shared?.close()
    await harness.cleanUp?.({ topics, groupIds })
  }, harness.waitMs * 2)

  const freshName = (): string => `${shared.topicPrefix}.suite-${randomBytes(6).toString('hex')}`
  const stage: Stage = {
    harness,
    get transport() {
      return shared
    },
    async open() {
      const transport = await harness.open()
      opened.push(transport)
      return transport
    },
    freshName,
    adopt(topic) {
      topics.push(topic)
      return topic
    },
    async topic(partitions = 1, config = {}) {
      const name = stage.adopt(freshName())
      await shared.admin.createTopics([{ name, partitions, replicationFactor: 1, config }])
      return name
    },
    groupId() {
      const groupId = `suite-${randomBytes(6).toString('hex')}`
      groupIds.push(groupId)
      return groupId
    },
    async append(topic, partition, values) {
      const messages = values.map(textMessage)
      const { baseOffset } = await shared.sender.append({ topic, partition, messages }, { timeoutMs: harness.waitMs })
      return baseOffset
    },
    probe(options, behaviour, transport = shared) {
      const probe = createProbe(transport.receiver(options), harness.waitMs, behaviour)
      probes.push(probe)
      return probe
    },
    async started(options, behaviour, transport) {
      const probe = stage.probe(options, behaviour, transport)
      await probe.receiver.start(probe.listener)
      return probe
    },
  }
  return stage
}

/** A message with a text as its value and no key. */
export function textMessage(text: string): OutgoingMessage {
  return { key: null, value: Buffer.from(text) }
}

/** The texts `<prefix>0`, `<prefix>1` and so on. */
export function texts(count: number, prefix = 'm'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`)
}
