import { createMemoryBroker, createMemoryTransport } from '@house-helper/transport-memory'
import { describe, expect, it } from 'vitest'
import { runInMemory } from '../test-world.ts'

/** A cluster that outlives the transports that commands open and close. */
function cluster() {
  const broker = createMemoryBroker()
  const open = () => createMemoryTransport({ broker, topicPrefix: 'zoo' })
  return { open, run: (...argv: string[]) => runInMemory(argv, { openTransport: open }) }
}

describe('topics plan', () => {
  it('shows every missing topic and creates none', async () => {
    const { open, run } = cluster()
    const { exitCode, lines } = await run('topics', 'plan')
    expect(exitCode).toBe(0)
    const wanted = { change: 'create', partitions: 3, replicationFactor: 1, config: {}, differences: [] }
    expect(lines).toEqual([
      { topic: 'zoo.pets', ...wanted },
      { topic: 'zoo.plants', ...wanted },
    ])
    expect(await open().admin.describeTopics()).toEqual([])
  })

  it("adds a group's inbox and dead-letter topics, whose messages stay for ever", async () => {
    const { lines } = await cluster().run('topics', 'plan', '--group', 'points', '--partitions', '2')
    expect(lines.slice(2)).toMatchObject([
      { topic: 'zoo.inbox.points', partitions: 2, config: {} },
      { topic: 'zoo.dead.points', partitions: 2, config: { 'retention.ms': '-1' } },
    ])
  })

  it('says how a topic differs', async () => {
    const { open, run } = cluster()
    await open().admin.createTopics([
      { name: 'zoo.pets', partitions: 5, replicationFactor: 1, config: {} },
      { name: 'zoo.dead.points', partitions: 3, replicationFactor: 1, config: { 'retention.ms': '1000' } },
    ])
    const { exitCode, lines } = await run('topics', 'plan', '--group', 'points')
    expect(exitCode).toBe(0)
    expect(lines).toMatchObject([
      { topic: 'zoo.pets', change: 'differs', differences: ['has 5 partitions, not 3'] },
      { topic: 'zoo.plants', change: 'create' },
      { topic: 'zoo.inbox.points', change: 'create' },
      { topic: 'zoo.dead.points', change: 'differs', differences: ['has retention.ms=1000, not -1'] },
    ])
  })

  it('shows a table to a person, and what to do next', async () => {
    const { stdout, stderr } = await runInMemory(['topics', 'plan'], { isTTY: true })
    expect(stdout).toMatch(/^TOPIC {2,}CHANGE {2,}PARTITIONS {2,}REPLICAS {2,}NOTES\nhouse-helper.pets {4,}create/)
    expect(stderr).toBe('2 to create: run hh-events topics apply.\n')
  })

  it.each([
    ['--partitions', '0'],
    ['--partitions', '2.5'],
    ['--replication-factor', 'two'],
    ['--group', 'no spaces'],
    ['--group', ''],
    ['--timeout', '10'],
    ['--wrong'],
  ])('refuses %s %s as usage, on stderr', async (...options) => {
    const { exitCode, stdout, stderr } = await cluster().run('topics', 'plan', ...options)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^error: /)
  })
})

describe('topics apply', () => {
  it('creates what is missing, with its settings, and nothing the second time', async () => {
    const { open, run } = cluster()
    const first = await run('topics', 'apply', '--group', 'points')
    expect(first.lines.map(({ change }) => change)).toEqual(['created', 'created', 'created', 'created'])
    const second = await run('topics', 'apply', '--group', 'points')
    expect(second.lines.map(({ change }) => change)).toEqual(['exists', 'exists', 'exists', 'exists'])
    expect(await open().admin.topicConfig('zoo.dead.points', ['retention.ms'])).toEqual({ 'retention.ms': '-1' })
  })

  it("gives a group's topics room for the headers of dead letters beside the largest message", async () => {
    const { open, run } = cluster()
    const config = { 'max.message.bytes': '5000000' }
    await open().admin.createTopics([{ name: 'zoo.pets', partitions: 3, replicationFactor: 1, config }])
    await run('topics', 'apply', '--group', 'points')
    for (const topic of ['zoo.inbox.points', 'zoo.dead.points']) {
      const { 'max.message.bytes': bytes } = await open().admin.topicConfig(topic, ['max.message.bytes'])
      expect(Number(bytes)).toBe(5_000_000 + 16 * 1024)
    }
  })

  it('leaves a topic that differs as it is', async () => {
    const { open, run } = cluster()
    const present = { name: 'zoo.pets', partitions: 5, replicationFactor: 1 }
    await open().admin.createTopics([{ ...present, config: {} }])
    const { exitCode, lines } = await run('topics', 'apply')
    expect(exitCode).toBe(0)
    expect(lines.map(({ change }) => change)).toEqual(['differs', 'created'])
    expect(await open().admin.describeTopics(['zoo.pets'])).toEqual([present])
  })

  it('shows a person the plan first, then what it did', async () => {
    const { stdout, stderr } = await runInMemory(['topics', 'apply'], { isTTY: true })
    expect(stdout).toContain('create')
    expect(stderr).toBe('Created 2.\n')
  })

  it('says exists of a topic that somebody else created in between', async () => {
    const transport = createMemoryTransport()
    const { admin } = transport
    const raced = {
      ...transport,
      admin: {
        ...admin,
        createTopics: async (specs: Parameters<typeof admin.createTopics>[0]) => {
          await admin.createTopics(specs)
          return []
        },
      },
    }
    const { lines } = await runInMemory(['topics', 'apply'], { transport: raced })
    expect(lines.map(({ change }) => change)).toEqual(['exists', 'exists'])
  })
})

describe('any command', () => {
  it('ends with 6 at its deadline where Kafka does not answer, and closes the transport', async () => {
    const transport = createMemoryTransport()
    let closed = false
    const silent = {
      ...transport,
      admin: { ...transport.admin, describeTopics: () => new Promise<never>(() => undefined) },
      close: async () => {
        closed = true
      },
    }
    const { exitCode, stderr } = await runInMemory(['topics', 'plan', '--timeout', '50ms'], { transport: silent })
    expect(exitCode).toBe(6)
    expect(stderr).toMatch(/^hh-events: Looking at the topics took longer than 50 ms\. .*hh-events doctor/)
    expect(closed).toBe(true)
  })
})
