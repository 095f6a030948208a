import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { configFromEnv, createEventLogger } from '@house-helper/event-logger'
import { decodeEnvelope, type Transport } from '@house-helper/events-core'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { closedAddress } from './closed-address.ts'
import { domains } from './domains.ts'

const root = join(import.meta.dirname, '../../..')
const prefix = `cli-${randomBytes(6).toString('hex')}`
const brokers = process.env.KAFKA_BROKERS
const mongodbUri = process.env.MONGODB_URI
let transport: Transport

beforeAll(() => {
  if (!brokers || !mongodbUri) throw new Error('Set KAFKA_BROKERS and MONGODB_URI, or run the tests with: pnpm test')
  transport = createKafkaTransport(connectionFromEnv({ KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix }))
})
afterAll(async () => {
  await transport?.close()
  if (!mongodbUri) return
  const client = new MongoClient(mongodbUri)
  await client.db(prefix).dropDatabase()
  await client.close()
})

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Starts the real binary as a process of its own, on topics of this test's prefix. */
function start(argv: readonly string[], env: Record<string, string> = {}): Child {
  const flags = ['--conditions=@house-helper/source', join(root, 'apps/cli/src/main.ts')]
  const own = { PATH: process.env.PATH, KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix, ...env }
  return spawn(process.execPath, [...flags, ...argv], { env: own, stdio: 'pipe' })
}

/** Runs the real binary to its end. */
async function run(argv: readonly string[], env: Record<string, string> = {}, stdin = '') {
  const child = start(argv, env)
  child.stdin.end(stdin)
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return {
    exitCode,
    stdout,
    stderr,
    lines: () =>
      stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  }
}

describe('hh-events on real Kafka', () => {
  it('plans, creates, and then finds nothing to create', async () => {
    const options = ['--group', 'points', '--partitions', '2']
    const planned = await run(['topics', 'plan', ...options])
    expect(planned.lines().map(({ topic, change }) => `${topic} ${change}`)).toEqual(
      [...domains.map(({ name }) => name), 'inbox.points', 'dead.points'].map((name) => `${prefix}.${name} create`),
    )
    const applied = await run(['topics', 'apply', ...options])
    expect(applied).toMatchObject({ exitCode: 0, stderr: '' })
    expect(new Set(applied.lines().map(({ change }) => change))).toEqual(new Set(['created']))
    const again = await run(['topics', 'plan', ...options])
    expect(new Set(again.lines().map(({ change }) => change))).toEqual(new Set(['matches']))
    expect([planned.exitCode, again.exitCode]).toEqual([3, 0])
    const [tasks] = await transport.admin.describeTopics([`${prefix}.tasks`])
    expect(tasks).toMatchObject({ partitions: 2, replicationFactor: 1 })
    expect(await transport.admin.topicConfig(`${prefix}.dead.points`, ['retention.ms'])).toEqual({
      'retention.ms': '-1',
    })
    const other = await run(['topics', 'plan', '--partitions', '5'])
    expect(other.lines()[0]).toMatchObject({
      change: 'change',
      differences: [{ what: 'partitions', from: '2', to: '5', allowed: 'addPartitions' }],
    })
  })

  it('publishes an event that can be read where it says', async () => {
    const data = { taskId: 'task-001', title: 'Water the plants' }
    const argv = ['publish', 'task.created', '--data', '-', '--household', 'household-001', '--user', 'user-001']
    const { exitCode, stderr, lines } = await run(argv, {}, JSON.stringify(data))
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const [{ id, topic, partition, offset }] = lines()
    const [message] = await transport.read({ topic, partition, offset })
    expect(decodeEnvelope(message?.value ?? null)).toMatchObject({
      readable: true,
      envelope: {
        id,
        type: 'task.created',
        source: 'hh-events',
        householdId: 'household-001',
        userId: 'user-001',
        data,
      },
    })
    expect(Buffer.from(message?.key ?? []).toString()).toBe('household-001')
  })

  it('refuses wrong data with each field that is wrong, and no stack trace', async () => {
    const { exitCode, stdout, stderr } = await run(['publish', 'task.created', '--data', '{"title":7,"colour":"red"}'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    for (const path of ['householdId', 'data.taskId', 'data.title', 'colour']) expect(stderr).toContain(path)
    expect(stderr).not.toContain('    at ')
  })

  it('refuses wrong usage and wrong settings with 2', async () => {
    const [usage, settings] = await Promise.all([
      run(['topics', 'destroy']),
      run(['topics', 'plan'], { KAFKA_BROKERS: 'no-port', KAFKA_SASL_MECHANISM: 'magic' }),
    ])
    expect([usage.exitCode, settings.exitCode]).toEqual([2, 2])
    expect(settings.stderr).toContain('KAFKA_BROKERS')
    expect(settings.stderr).toContain('KAFKA_SASL_MECHANISM')
    expect(settings.stderr).not.toContain('    at ')
  })

  it.each([
    [['topics', 'plan']],
    [['publish', 'task.created', '--household', 'h', '--data', '{"taskId":"t","title":"x"}']],
    [['doctor']],
  ])('ends %j with 6 within its deadline where no broker listens', async (argv) => {
    const KAFKA_BROKERS = await closedAddress()
    const { exitCode, stderr, stdout } = await run([...argv, '--timeout', '2s'], { KAFKA_BROKERS })
    expect(exitCode).toBe(6)
    expect(stdout + stderr).toContain(argv[0] === 'doctor' ? 'ECONNREFUSED' : 'hh-events: ')
    expect(stderr).not.toContain('    at ')
  })

  it('ends with 6 where a broker accepts and never answers', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const KAFKA_BROKERS = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    const { exitCode } = await run(['topics', 'plan', '--timeout', '1s'], { KAFKA_BROKERS })
    silent.close()
    expect(exitCode).toBe(6)
  })

  it('finds what it published in the log of the real event logger', { timeout: 120_000 }, async () => {
    await run(['topics', 'apply', '--partitions', '2'])
    const settings = {
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC_PREFIX: prefix,
      KAFKA_GROUP_ID: prefix,
      MONGODB_URI: mongodbUri,
    }
    const own = { MONGODB_DATABASE: prefix, HTTP_PORT: '0', PROBE_PORT: '0', LOG_LEVEL: 'silent' }
    const logger = await createEventLogger(configFromEnv({ ...settings, ...own }))
    await logger.started
    const env = { EVENT_LOGGER_URL: logger.url, KAFKA_GROUP_ID: prefix }
    const ids = ['sweep-1', 'sweep-2', 'sweep-3']
    const about = ['--household', 'household-007', '--data', '{"taskId":"task-007","title":"Sweep"}']
    await Promise.all(ids.map((id) => run(['publish', 'task.created', '--id', id, ...about])))
    const list = [
      'log',
      'list',
      '--household',
      'household-007',
      '--type',
      'task.created',
      '--since',
      '1h',
      '--limit',
      '1',
      '--all',
    ]
    const listed = () =>
      run(list, env).then(({ lines }) =>
        lines()
          .map(({ id }) => id)
          .sort(),
      )
    await vi.waitFor(async () => expect(await listed()).toEqual(ids), { timeout: 60_000 })
    const [found, missing, tooMany, doctor] = await Promise.all([
      run(['log', 'get', 'sweep-3'], env),
      run(['log', 'get', 'no-such-event'], env),
      run(['log', 'list', '--limit', '99999'], env),
      run(['doctor', '--partitions', '2', '--timeout', '30s'], env),
    ])
    expect(found.lines()).toMatchObject([
      { id: 'sweep-3', type: 'task.created', contract: 'ok', data: { title: 'Sweep' } },
    ])
    expect(missing).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('no-such-event') })
    expect(tooMany).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('limit') })
    expect(doctor.lines().filter(({ status }) => status !== 'ok')).toEqual([])
    expect(doctor.exitCode).toBe(0)
    await logger.close()
  })

  it('ends quietly where whoever reads its output has gone', async () => {
    const event = { id: 'e-1', type: 'task.created', source: 's', timestamp: '2026-01-01T00:00:00Z', data: {} }
    // A log without an end: only the reader's leaving ends the listing.
    const endless = createHttpServer(
      (_request, response) => void response.end(JSON.stringify({ events: [event], next: 'more' })),
    )
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
    const address = endless.address()
    const port = typeof address === 'object' ? address?.port : 0
    const child = start(['log', 'list', '--all'], { EVENT_LOGGER_URL: `http://127.0.0.1:${port}` })
    child.stdin.end()
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    endless.close().closeAllConnections()
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })
})
