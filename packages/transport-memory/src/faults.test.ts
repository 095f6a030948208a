import { describe, expect, it } from 'vitest'
import { createMemoryBroker, createMemoryTransport, type MemoryTransport } from './index.ts'
import { assignmentOf, createProbe, type Probe, type ProbeBehaviour, valuesOf } from './suite/probe.ts'

const topic = 'house-helper.lamps'
const groupId = 'lamp-service'
const waitMs = 2000

async function openTransport(partitions = 1): Promise<MemoryTransport> {
  const transport = createMemoryTransport()
  await transport.admin.createTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }])
  return transport
}

async function start(
  transport: MemoryTransport,
  behaviour?: ProbeBehaviour,
  sessionTimeoutMs = 10_000,
): Promise<Probe> {
  const receiver = transport.receiver({ groupId, topics: [topic], sessionTimeoutMs })
  const probe = createProbe(receiver, waitMs, behaviour)
  await receiver.start(probe.listener)
  return probe
}

const append = (transport: MemoryTransport, text: string, partition = 0, timeoutMs = waitMs) =>
  transport.sender.append({ topic, partition, messages: [{ key: null, value: Buffer.from(text) }] }, { timeoutMs })
const namesOf = (probe: Probe): string[] => probe.calls.map(({ name }) => name)
const at = (offset: number) => ({ topic, partition: 0, offset, metadata: '' })

describe('an append fault', () => {
  it('fails as many appends as it says, and writes none that it calls not-sent', async () => {
    const transport = await openTransport()
    transport.broker.faults.failAppends({ outcome: 'not-sent', times: 2 })
    for (const text of ['a', 'b']) {
      const failure = { code: 'UNREACHABLE', outcome: 'not-sent', canRetry: true }
      await expect(append(transport, text)).rejects.toMatchObject(failure)
    }
    expect(await append(transport, 'c')).toEqual({ baseOffset: 0 })
  })

  it('writes what it calls unknown, unless told otherwise', async () => {
    const transport = await openTransport()
    const { faults } = transport.broker
    faults.failAppends({ outcome: 'unknown' })
    await expect(append(transport, 'written')).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' })
    faults.failAppends({ outcome: 'unknown', written: false })
    await expect(append(transport, 'lost')).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' })
    expect(await append(transport, 'next')).toEqual({ baseOffset: 1 })
  })

  it('meets only the place that it names, until it is ended', async () => {
    const transport = await openTransport(2)
    const end = transport.broker.faults.failAppends({
      partition: 1,
      outcome: 'not-sent',
      times: Number.POSITIVE_INFINITY,
    })
    expect(await append(transport, 'a', 0)).toEqual({ baseOffset: 0 })
    await expect(append(transport, 'b', 1)).rejects.toMatchObject({ code: 'UNREACHABLE' })
    end()
    expect(await append(transport, 'c', 1)).toEqual({ baseOffset: 0 })
  })

  it('that holds appends lets them go in their order', async () => {
    const transport = await openTransport()
    const release = transport.broker.faults.holdAppends()
    const held = ['a', 'b', 'c'].map((text) => append(transport, text))
    expect((await transport.admin.ranges([topic]))[0]?.high).toBe(0)
    release()
    expect(await Promise.all(held)).toEqual([{ baseOffset: 0 }, { baseOffset: 1 }, { baseOffset: 2 }])
  })

  it('that holds an append ends with the transport', async () => {
    const transport = await openTransport()
    transport.broker.faults.holdAppends()
    const held = expect(append(transport, 'a')).rejects.toMatchObject({ code: 'CLOSED', outcome: 'not-sent' })
    await transport.close()
    await held
  })

  it('that holds an append past its deadline makes its outcome unknown', async () => {
    const transport = await openTransport()
    transport.broker.faults.holdAppends()
    await expect(append(transport, 'a', 0, 10)).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' })
  })
})

describe('a fault of a group', () => {
  it('suspends: nothing is delivered and no commit is answered until the thaw', async () => {
    const transport = await openTransport()
    const probe = await start(transport)
    await transport.broker.faults.suspend(groupId, 'no heartbeat got through')
    await append(transport, 'held')
    await expect(probe.receiver.commit([at(0)])).rejects.toMatchObject({ code: 'UNREACHABLE', canRetry: true })
    expect(namesOf(probe)).toEqual(['assigned', 'suspend'])
    await transport.broker.faults.thaw(groupId)
    await probe.until('the held message', () => valuesOf(probe).length > 0)
    expect(namesOf(probe)).toEqual(['assigned', 'suspend', 'thaw', 'batch'])
    await probe.receiver.commit([at(1)])
  })

  it('loses the partitions: the member joins again, not continuously, and reads from the commit', async () => {
    const transport = await openTransport()
    const probe = await start(transport)
    await append(transport, 'a')
    await probe.until('the message', () => valuesOf(probe).length === 1)
    probe.receiver.pause([at(0)])
    await transport.broker.faults.lose(groupId, 'the session expired')
    await expect(probe.receiver.commit([at(1)])).rejects.toMatchObject({ code: 'NOT_OWNED' })
    await probe.until('the message again', () => valuesOf(probe).length === 2)
    expect(namesOf(probe)).toEqual(['assigned', 'batch', 'lost', 'assigned', 'batch'])
    expect(probe.calls[3]).toMatchObject({ continuous: false })
  })

  it('rebalances: the member stays, continuously, and its pauses hold', async () => {
    const transport = await openTransport()
    const probe = await start(transport)
    probe.receiver.pause([at(0)])
    await transport.broker.faults.rebalance(groupId)
    await append(transport, 'held')
    await probe.until('a second assignment', () => namesOf(probe).filter((name) => name === 'assigned').length === 2)
    expect(probe.calls).toMatchObject([{ name: 'assigned' }, { name: 'rebalancing' }, { continuous: true }])
    probe.receiver.resume([at(0)])
    await probe.until('the held message', () => valuesOf(probe).length === 1)
  })

  it('rebalances: a commit that was on its way from the generation before changes nothing', async () => {
    const transport = await openTransport()
    const probe = await start(transport)
    const rebalanced = transport.broker.faults.rebalance(groupId)
    await expect(probe.receiver.commit([at(0)])).rejects.toMatchObject({ code: 'NOT_OWNED' })
    await rebalanced
    expect(await transport.admin.committed(groupId, [topic])).toEqual([])
    await probe.receiver.commit([at(0)])
  })

  it('kills: nobody is told, and the others take over', async () => {
    const transport = await openTransport(2)
    const [one, two] = [await start(transport), await start(transport)]
    await two.until('one partition', () => assignmentOf(two)?.length === 1)
    const heard = one.calls.length
    await transport.broker.faults.kill(groupId, { index: 0 })
    await two.until('both partitions', () => assignmentOf(two)?.length === 2)
    expect(one.calls.length).toBe(heard)
    expect(transport.broker.describeGroup(groupId).members.length).toBe(1)
  })

  it('fails: the listener gets the error, once', async () => {
    const transport = await openTransport()
    const probe = await start(transport)
    const error = new Error('the client is dead')
    await transport.broker.faults.fail(groupId, error)
    expect(probe.calls.slice(1)).toEqual([{ name: 'fatal', error }])
    await transport.close()
    expect(probe.calls.length).toBe(2)
  })

  it('says so where there is no such member', async () => {
    const transport = await openTransport()
    await expect(transport.broker.faults.kill('nobody')).rejects.toThrow('has 0 members')
  })
})

describe('a member that never settles rebalancing', () => {
  it('is put out after its session timeout, so that the others go on', async () => {
    const transport = await openTransport(2)
    const stuck = await start(transport, { rebalancing: () => new Promise(() => {}) }, 50)
    const other = await start(transport)
    await stuck.until('lost', () => namesOf(stuck).includes('lost'))
    await other.until('an assignment', () => assignmentOf(other) !== undefined)
    expect(stuck.calls.find((call) => call.name === 'lost')).toMatchObject({
      reason: expect.stringContaining('50 ms'),
    })
  })
})

describe('a broker', () => {
  it('created anew has another id, empty topics and no commits, and its members join again', async () => {
    const transport = await openTransport()
    const probe = await start(transport)
    await append(transport, 'a')
    await probe.until('the message', () => valuesOf(probe).length === 1)
    await probe.receiver.commit([at(1)])
    const before = await transport.admin.clusterId()
    await transport.broker.faults.recreate()
    expect(await transport.admin.clusterId()).not.toBe(before)
    expect(await transport.admin.ranges([topic])).toEqual([{ topic, partition: 0, low: 0, high: 0 }])
    expect(await transport.admin.committed(groupId, [topic])).toEqual([])
    await append(transport, 'anew')
    await probe.until('the new message', () => valuesOf(probe).length === 2)
    expect(assignmentOf(probe)?.[0]?.committed).toBeUndefined()
  })

  it('is where the transports of several processes meet', async () => {
    const broker = createMemoryBroker({ autoCreatePartitions: 2 })
    const [one, two] = [createMemoryTransport({ broker }), createMemoryTransport({ broker })]
    await append(one, 'hello', 1)
    const [message] = await two.read({ topic, partition: 1, offset: 0 })
    expect(Buffer.from(message?.value ?? []).toString()).toBe('hello')
    await one.close()
    expect((await two.admin.describeTopics([topic]))[0]?.partitions).toBe(2)
  })

  it('keeps as much as it is told, or as the topic says', async () => {
    const transport = createMemoryTransport({ retentionMessages: 2, clock: () => 7 })
    const spec = { partitions: 1, replicationFactor: 1 }
    await transport.admin.createTopics([
      { ...spec, name: topic, config: {} },
      { ...spec, name: 'house-helper.small', config: { 'retention.bytes': '30' } },
    ])
    for (const text of ['a', 'b', 'c']) await append(transport, text)
    const messages = ['a', 'b'].map((text) => ({ key: null, value: Buffer.from(text) }))
    await transport.sender.append({ topic: 'house-helper.small', partition: 0, messages }, { timeoutMs: waitMs })
    expect(await transport.admin.ranges([topic, 'house-helper.small'])).toMatchObject([
      { low: 1, high: 3 },
      { low: 1, high: 2 },
    ])
    expect(await transport.read({ topic, partition: 0, offset: 0 })).toMatchObject([{ timestampMs: 7 }, { offset: 2 }])
  })

  it('refuses commit metadata that Kafka would refuse', async () => {
    const transport = await openTransport()
    const probe = await start(transport)
    const tooLong = probe.receiver.commit([{ ...at(0), metadata: 'x'.repeat(4097) }])
    await expect(tooLong).rejects.toMatchObject({ code: 'PROTOCOL', message: expect.stringContaining('METADATA') })
  })

  it('never calls a listener within a call of the user', async () => {
    const transport = await openTransport()
    const probe = await start(transport)
    const heard = (): number => probe.calls.length
    const before = heard()
    const calls: (() => unknown)[] = [
      () => append(transport, 'a'),
      () => transport.broker.faults.rebalance(groupId),
      () => transport.broker.faults.suspend(groupId, 'why'),
      () => probe.receiver.resume([at(0)]),
      () => transport.close(),
    ]
    const pending = calls.map((call) => call())
    expect(heard()).toBe(before)
    await Promise.allSettled(pending)
    expect(heard()).toBeGreaterThan(before)
  })
})
