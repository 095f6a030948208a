import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryBroker, createMemoryTransport } from '@house-helper/transport-memory'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runInMemory } from '../test-world.ts'

/** A cluster that outlives the transports that commands open and close. */
function cluster() {
  const broker = createMemoryBroker()
  const open = () => createMemoryTransport({ broker, topicPrefix: 'zoo' })
  return { open, run: (...argv: string[]) => runInMemory(argv, { openTransport: open }) }
}

describe('topics plan', () => {
  it('shows every missing topic, creates none and ends with 3', async () => {
    const { open, run } = cluster()
    const { exitCode, lines } = await run('topics', 'plan')
    expect(exitCode).toBe(3)
    const wanted = {
      change: 'create',
      kind: 'domain',
      partitions: 3,
      replicationFactor: 1,
      config: {},
      differences: [],
    }
    expect(lines).toEqual([
      { topic: 'zoo.pets', ...wanted },
      { topic: 'zoo.plants', ...wanted },
    ])
    expect(await open().admin.describeTopics()).toEqual([])
  })

  it("adds each group's inbox and dead-letter topics, whose messages stay for ever", async () => {
    const { lines } = await cluster().run(
      ...['topics', 'plan', '--group', 'points', '--group', 'labels', '--partitions', '2'],
    )
    expect(lines.slice(2)).toMatchObject([
      { topic: 'zoo.inbox.points', partitions: 2, config: {} },
      { topic: 'zoo.dead.points', partitions: 2, config: { 'retention.ms': '-1' } },
      { topic: 'zoo.inbox.labels', partitions: 2, config: {} },
      { topic: 'zoo.dead.labels', partitions: 2, config: { 'retention.ms': '-1' } },
    ])
  })

  it('says how a topic differs, and which others there are', async () => {
    const { open, run } = cluster()
    await open().admin.createTopics([
      { name: 'zoo.pets', partitions: 5, replicationFactor: 1, config: {} },
      { name: 'zoo.plants', partitions: 2, replicationFactor: 1, config: {} },
      { name: 'zoo.dead.points', partitions: 3, replicationFactor: 1, config: { 'retention.ms': '1000' } },
      { name: 'zoo.inbox.others', partitions: 3, replicationFactor: 1, config: {} },
      { name: 'zoological', partitions: 3, replicationFactor: 1, config: {} },
    ])
    const { exitCode, lines } = await run('topics', 'plan', '--group', 'points', '--partitions', '3')
    expect(exitCode).toBe(3)
    const to = `${1_048_588 + 16 * 1024}`
    expect(lines).toMatchObject([
      { topic: 'zoo.pets', differences: [{ what: 'partitions', from: '5', to: '3', allowed: 'never' }] },
      { topic: 'zoo.plants', differences: [{ what: 'partitions', from: '2', to: '3', allowed: 'addPartitions' }] },
      { topic: 'zoo.inbox.points', change: 'create' },
      {
        topic: 'zoo.dead.points',
        change: 'change',
        differences: [
          { what: 'retention.ms', from: '1000', to: '-1', allowed: 'yes' },
          { what: 'max.message.bytes', from: '1048588', to, allowed: 'yes' },
        ],
      },
      { topic: 'zoo.inbox.others', change: 'extra', kind: 'inbox' },
    ])
  })

  it('takes the number of partitions of a topic that exists where none is asked for', async () => {
    const { open, run } = cluster()
    const spec = { partitions: 7, replicationFactor: 1, config: {} }
    await open().admin.createTopics([
      { name: 'zoo.pets', ...spec },
      { name: 'zoo.plants', ...spec },
    ])
    const { exitCode, lines } = await run('topics', 'plan')
    expect(exitCode).toBe(0)
    expect(lines.map(({ change }) => change)).toEqual(['matches', 'matches'])
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
  const petsOf = (config: Record<string, string>) => ({ name: 'zoo.pets', partitions: 3, replicationFactor: 1, config })

  it('creates what is missing, with its settings, and nothing the second time', async () => {
    const { open, run } = cluster()
    const first = await run('topics', 'apply', '--group', 'points')
    expect(first).toMatchObject({ exitCode: 0, stderr: '' })
    expect(first.lines.map(({ change }) => change)).toEqual(['created', 'created', 'created', 'created'])
    const second = await run('topics', 'apply', '--group', 'points')
    expect(second.lines.map(({ change }) => change)).toEqual(['matches', 'matches', 'matches', 'matches'])
    expect(await open().admin.topicConfig('zoo.dead.points', ['retention.ms'])).toEqual({ 'retention.ms': '-1' })
    expect((await run('topics', 'plan', '--group', 'points')).exitCode).toBe(0)
  })

  it("gives a group's topics room for the headers of dead letters beside the largest message", async () => {
    const { open, run } = cluster()
    await open().admin.createTopics([petsOf({ 'max.message.bytes': '5000000' })])
    await run('topics', 'apply', '--group', 'points')
    for (const topic of ['zoo.inbox.points', 'zoo.dead.points']) {
      const { 'max.message.bytes': bytes } = await open().admin.topicConfig(topic, ['max.message.bytes'])
      expect(Number(bytes)).toBe(5_000_000 + 16 * 1024)
    }
  })

  it('changes nothing that exists without a yes: it shows the difference and says so', async () => {
    const { open, run } = cluster()
    await open().admin.createTopics([
      { name: 'zoo.dead.points', partitions: 3, replicationFactor: 1, config: { 'retention.ms': '1000' } },
    ])
    const { exitCode, lines, stderr } = await run('topics', 'apply', '--group', 'points')
    expect(exitCode).toBe(2)
    expect(lines.map(({ change }) => change)).toEqual(['create', 'create', 'create', 'change'])
    expect(stderr).toMatch(/Change zoo\.dead\.points as shown\? .*--yes/)
    expect(await open().admin.describeTopics()).toHaveLength(1)
    const given = await run('topics', 'apply', '--group', 'points', '--yes')
    expect(given.lines.map(({ change }) => change)).toEqual(['created', 'created', 'created', 'changed'])
    expect(await open().admin.topicConfig('zoo.dead.points', ['retention.ms'])).toEqual({ 'retention.ms': '-1' })
  })

  it('leaves a topic as it is where a person answers no, and changes it where the answer is yes', async () => {
    const answering = async (answer: string) => {
      const broker = createMemoryBroker()
      const openTransport = () => createMemoryTransport({ broker, topicPrefix: 'zoo' })
      const dead = { name: 'zoo.dead.points', partitions: 3, replicationFactor: 1, config: { 'retention.ms': '1000' } }
      await openTransport().admin.createTopics([dead])
      const lines = async function* () {
        yield Buffer.from(`${answer}\n`)
      }
      const stdin = Object.assign(lines(), { isTTY: true })
      const run = await runInMemory(['topics', 'apply', '--group', 'points'], { isTTY: true, stdin, openTransport })
      return { run, config: await openTransport().admin.topicConfig('zoo.dead.points', ['retention.ms']) }
    }
    const no = await answering('n')
    expect(no.run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('Nothing was done.') })
    expect(no.config).toEqual({ 'retention.ms': '1000' })
    const yes = await answering('y')
    expect(yes.run).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Changed 1.') })
    expect(yes.config).toEqual({ 'retention.ms': '-1' })
  })

  it('adds partitions only where it is told to, and never takes one away', async () => {
    const { open, run } = cluster()
    await open().admin.createTopics([{ ...petsOf({}), partitions: 2 }])
    const held = await run('topics', 'apply', '--partitions', '3', '--yes')
    expect(held.exitCode).toBe(3)
    expect(held.lines).toMatchObject([{ change: 'differs' }, { change: 'created' }])
    expect(await open().admin.describeTopics(['zoo.pets'])).toMatchObject([{ partitions: 2 }])
    const added = await run('topics', 'apply', '--partitions', '3', '--yes', '--add-partitions')
    expect(added).toMatchObject({ exitCode: 0, lines: [{ change: 'changed' }, { change: 'matches' }] })
    expect(await open().admin.describeTopics(['zoo.pets'])).toMatchObject([{ partitions: 3 }])
    const fewer = await run('topics', 'apply', '--partitions', '1', '--yes', '--add-partitions')
    expect(fewer).toMatchObject({ exitCode: 3, lines: [{ differences: [{ allowed: 'never' }] }, {}] })
    expect(await open().admin.describeTopics(['zoo.pets'])).toMatchObject([{ partitions: 3 }])
  })

  it('shows a person the plan first, then what it did', async () => {
    const { stdout, stderr } = await runInMemory(['topics', 'apply'], { isTTY: true })
    expect(stdout).toContain('create')
    expect(stderr).toBe('Created 2.\n')
  })

  it('says matches of a topic that somebody else created in between', async () => {
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
    expect(lines.map(({ change }) => change)).toEqual(['matches', 'matches'])
  })
})

describe('a file of environments', () => {
  const inFile = async (text: string, ...argv: string[]) => {
    const folder = await mkdtemp(join(tmpdir(), 'hh-events-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'kafka.yaml')
    await writeFile(path, text)
    const shared = cluster()
    return { ...shared, run: (verb: string) => shared.run('topics', verb, '--file', path, ...argv) }
  }
  const production = `environments:
  production:
    topics:
      all: { partitions: 6, retention: 30d, segmentBytes: 2000000 }
      domains:
        plants: { partitions: 12, retention: forever }
    services:
      - { principal: 'User:points', handles: [pets], group: points }
      - { principal: 'User:watcher', handles: [pets], group: watcher, deadLetters: false }
  test: {}
`

  it('says how the topics of an environment are, and which groups have some', async () => {
    const { run } = await inFile(production, '--environment', 'production')
    const { lines } = await run('plan')
    const shared = { 'retention.ms': '2592000000', 'segment.bytes': '2000000' }
    expect(lines).toMatchObject([
      { topic: 'zoo.pets', partitions: 6, config: shared },
      { topic: 'zoo.plants', partitions: 12, config: { ...shared, 'retention.ms': '-1' } },
      { topic: 'zoo.inbox.points', partitions: 6, config: shared },
      { topic: 'zoo.dead.points', partitions: 6, config: { ...shared, 'retention.ms': '-1' } },
    ])
    const applied = await run('apply')
    expect(applied).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await run('plan')).exitCode).toBe(0)
  })

  it('shortens retention only where it is told to', async () => {
    const { open, run } = await inFile(production, '--environment', 'production', '--yes')
    const spec = { partitions: 6, replicationFactor: 1 }
    await open().admin.createTopics([{ ...spec, name: 'zoo.pets', config: { 'retention.ms': '-1' } }])
    const { exitCode, lines } = await run('apply')
    expect(exitCode).toBe(3)
    expect(lines[0]).toMatchObject({
      change: 'differs',
      differences: [{ what: 'retention.ms', allowed: 'shortenRetention', why: expect.stringContaining('remove') }],
    })
    const config = await open().admin.topicConfig('zoo.pets', ['retention.ms', 'segment.bytes'])
    expect(config).toEqual({ 'retention.ms': '-1', 'segment.bytes': '2000000' })
  })

  it.each([
    [
      'environments:\n  production:\n    topics:\n      all: { partitions: 0 }',
      ':4 ',
      'all.partitions must be a whole number',
    ],
    [
      'environments:\n  production:\n    topics:\n      all:\n        cleanup.policy: compact',
      ':5 ',
      'takes no "cleanup.policy"',
    ],
    [
      'environments:\n  production:\n    topics:\n      domains:\n        cats: {}',
      ':5 ',
      'names no domain: "cats"; there are pets, plants',
    ],
    [
      'environments:\n  production:\n    topics: { all: { minInsyncReplicas: 2 } }',
      ':3 ',
      'nothing could be published',
    ],
    ['environments:\n  staging: {}\n  test: {}', ':2 ', 'has no "production"; it has staging, test'],
    ['environments: [', ':1:', 'no YAML or JSON'],
    ['', ':1 ', 'the file is wrong'],
  ])('is refused with the line and the remedy: %j', async (text, line, message) => {
    const { run } = await inFile(text, '--environment', 'production')
    const { exitCode, stdout, stderr } = await run('plan')
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(`kafka.yaml${line}`)
    expect(stderr).toContain(message)
  })

  it.each([
    [['--environment', 'production'], '--file'],
    [['--file', '/nowhere/kafka.yaml'], '/nowhere/kafka.yaml cannot be read'],
  ])('is refused as %j', async (options, message) => {
    const { exitCode, stderr } = await cluster().run('topics', 'plan', ...options)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
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
