import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { CoreError, TransportError } from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closedAddress } from '../closed-address.ts'
import { runInMemory, type TestWorld } from '../test-world.ts'

let broker: Server
let logger: HttpServer
let world: TestWorld & { env: Record<string, string> }
const partition = { partition: 0, lagMessages: 2 }
let topics: object[] = [{ topic: 'house-helper.pets', recorded: 5, quarantined: 1, partitions: [partition] }]

const portOf = (server: Server | HttpServer) => (server.address() as AddressInfo).port

beforeAll(async () => {
  broker = createServer()
  logger = createHttpServer((_request, response) => void response.end(JSON.stringify({ topics })))
  for (const server of [broker, logger]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  world = {
    env: { NO_COLOR: '1', EVENT_LOGGER_URL: `http://127.0.0.1:${portOf(logger)}` },
    endpoints: () => [{ host: '127.0.0.1', port: portOf(broker) }],
  }
})
afterAll(() => {
  broker.close()
  logger.close().closeAllConnections()
})

async function transportWithTopics() {
  const transport = createMemoryTransport()
  const spec = { partitions: 3, replicationFactor: 1, config: {} }
  await transport.admin.createTopics(['house-helper.pets', 'house-helper.plants'].map((name) => ({ name, ...spec })))
  return transport
}

describe('doctor', () => {
  it('ends with 0 where nothing failed, though the group has not begun', async () => {
    const { exitCode, lines, stderr } = await runInMemory(['doctor'], {
      ...world,
      transport: await transportWithTopics(),
    })
    expect(lines.map(({ subject, status }) => `${subject} ${status}`)).toEqual([
      'node ok',
      'settings ok',
      'settings ok',
      `broker 127.0.0.1:${portOf(broker)} ok`,
      `broker 127.0.0.1:${portOf(broker)} ok`,
      'cluster ok',
      'topic house-helper.pets ok',
      'topic house-helper.plants ok',
      'group house-helper-event-consumer warning',
      `event logger http://127.0.0.1:${portOf(logger)} ok`,
    ])
    expect(lines.at(-1)).toMatchObject({ detail: '5 events recorded, 1 messages in quarantine, 2 behind' })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  it("adds a group's lag up from where it has committed", async () => {
    const transport = await transportWithTopics()
    const message = { key: null, value: Buffer.from('x') }
    const batch = { topic: 'house-helper.pets', partition: 1, messages: [message, message, message] }
    await transport.sender.append(batch, { timeoutMs: 1_000 })
    const admin = {
      ...transport.admin,
      committed: async () => [{ topic: batch.topic, partition: 1, offset: 1, metadata: '' }],
    }
    const { lines } = await runInMemory(['doctor', '--group', 'points'], {
      ...world,
      transport: { ...transport, admin },
    })
    expect(lines.find(({ check }) => check === 'lag')).toEqual({
      subject: 'group points',
      check: 'lag',
      status: 'ok',
      detail: '2 events behind, most in house-helper.pets/1: 2',
    })
  })

  it('ends with 1 where topics are missing, and names the command that creates them', async () => {
    const { exitCode, lines } = await runInMemory(['doctor'], world)
    expect(exitCode).toBe(1)
    expect(lines.filter(({ status }) => status === 'failed')).toMatchObject([
      { subject: 'topic house-helper.pets', detail: 'missing', remedy: 'Run hh-events topics apply.' },
      { subject: 'topic house-helper.plants' },
    ])
  })

  it('ends with 1 for a wrong password, which is no matter of reaching', async () => {
    const transport = createMemoryTransport()
    const admin = {
      ...transport.admin,
      clusterId: () => Promise.reject(new TransportError('AUTHENTICATION_FAILED', 'The broker refused the user x.')),
    }
    const { exitCode, lines } = await runInMemory(['doctor'], { ...world, transport: { ...transport, admin } })
    expect(exitCode).toBe(1)
    expect(lines.find(({ check }) => check === 'login')).toMatchObject({
      status: 'failed',
      detail: 'The broker refused the user x.',
      remedy: expect.stringContaining('KAFKA_SASL_USERNAME'),
    })
  })

  it('ends with 6 where no broker listens, and does not repeat that for the cluster', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const port = portOf(gone)
    await new Promise((resolve) => gone.close(resolve))
    const { exitCode, lines } = await runInMemory(['doctor'], {
      ...world,
      endpoints: () => [{ host: '127.0.0.1', port }],
    })
    expect(exitCode).toBe(6)
    expect(lines.find(({ check }) => check === 'connection')).toMatchObject({ status: 'unreachable' })
    expect(lines.find(({ subject }) => subject === 'cluster')).toMatchObject({ status: 'skipped' })
  })

  it('ends with 6 where the event logger is away', async () => {
    const gone = { ...world.env, EVENT_LOGGER_URL: `http://${await closedAddress()}` }
    const { exitCode, lines } = await runInMemory(['doctor'], {
      ...world,
      env: gone,
      transport: await transportWithTopics(),
    })
    expect(exitCode).toBe(6)
    expect(lines.at(-1)).toMatchObject({
      status: 'unreachable',
      remedy: expect.stringContaining('Start the event logger'),
    })
  })

  it('ends with 6 at its deadline where the cluster is silent, with what was found until then', async () => {
    const transport = await transportWithTopics()
    const admin = { ...transport.admin, ranges: () => new Promise<never>(() => undefined) }
    const { exitCode, lines } = await runInMemory(['doctor', '--timeout', '500ms'], {
      ...world,
      transport: { ...transport, admin },
    })
    expect(exitCode).toBe(6)
    expect(lines.find(({ check }) => check === 'lag')).toMatchObject({ status: 'unreachable' })
    expect(lines.filter(({ check }) => check === 'present')).toHaveLength(2)
  })

  it('keeps what it found where the connections do not close', async () => {
    const transport = { ...(await transportWithTopics()), close: () => new Promise<never>(() => undefined) }
    const { exitCode, lines } = await runInMemory(['doctor'], { ...world, transport })
    expect(exitCode).toBe(6)
    expect(lines.filter(({ check }) => check === 'present')).toHaveLength(2)
    expect(lines.find(({ check }) => check === 'closing')).toMatchObject({ status: 'unreachable' })
  })

  it('says which settings are wrong and checks what it still can', async () => {
    const { exitCode, lines } = await runInMemory(['doctor'], {
      ...world,
      endpoints: () => {
        throw new CoreError('GROUP_ID_INVALID', '1 setting(s) cannot be used:\n  KAFKA_BROKERS is wrong.')
      },
    })
    expect(exitCode).toBe(1)
    expect(lines.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'version ok',
      'KAFKA_* failed',
      'EVENT_LOGGER_URL ok',
      'answer ok',
    ])
    expect(lines[1]).toMatchObject({ detail: '1 setting(s) cannot be used: KAFKA_BROKERS is wrong.' })
  })

  it('warns where the event logger sees no lag, and of a Node that is too old', async () => {
    const before = topics
    topics = []
    const { exitCode, lines } = await runInMemory(['doctor'], {
      ...world,
      nodeVersion: '20.20.2',
      transport: await transportWithTopics(),
    })
    topics = before
    expect(exitCode).toBe(1)
    expect(lines[0]).toMatchObject({ subject: 'node', status: 'failed' })
    expect(lines.at(-1)).toMatchObject({ status: 'warning', detail: expect.stringContaining('lag unknown') })
  })

  it('shows a person a table and the outcome in a sentence', async () => {
    const { stdout, stderr } = await runInMemory(['doctor'], { ...world, isTTY: true })
    expect(stdout).toMatch(/^CHECKED +RESULT +SEEN +WHAT TO DO\nnode: version +ok +24\.21\.0\n/)
    expect(stderr).toBe('Something is wrong; the last column says what to do.\n')
  })
})
