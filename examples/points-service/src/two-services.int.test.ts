import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const examples = join(import.meta.dirname, '../..')
const topicPrefix = `test-${randomUUID()}`
const groupId = `points-${randomUUID()}`

interface Line {
  readonly event: string
  readonly [field: string]: unknown
}

/** An example that runs as a process of its own, and what it has said so far. */
interface Service {
  /** The first line, said or yet to come, that fits. */
  line(fits: (line: Line) => boolean): Promise<Line>
  /** Asks it to end; resolves with its exit code. */
  stop(): Promise<number | null>
  kill(): void
}

let tasks: Service
let points: Service
const household = `household-${randomUUID()}`

beforeAll(async () => {
  if (!process.env.KAFKA_BROKERS) throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`.')
  await using transport = createKafkaTransport({ ...connectionFromEnv(), topicPrefix })
  await transport.admin.createTopics(
    ['tasks', 'bills', `inbox.${groupId}`, `dead.${groupId}`].map((name) => ({
      name: `${topicPrefix}.${name}`,
      partitions: 3,
      replicationFactor: 1,
      config: {},
    })),
  )
  points = run('points-service', { KAFKA_GROUP_ID: groupId })
  tasks = run('tasks-service', { PORT: '0' })
  await points.line(({ event }) => event === 'started')
})

afterAll(() => {
  points?.kill()
  tasks?.kill()
})

describe('tasks-service and points-service', () => {
  it('have nothing in common but the events: a task done in one earns points in the other', async () => {
    const { taskId } = await post('/tasks', { title: 'Sweep the stairs', points: 15 })
    await post(`/tasks/${taskId}/completion`)
    const award = await points.line(({ event }) => event === 'points')
    expect(award).toEqual({
      event: 'points',
      householdId: household,
      userId: 'user-001',
      points: 15,
      reason: 'Sweep the stairs',
      balance: 15,
    })
  })

  it('refuse a task that its contract refuses, naming the field', async () => {
    const answer = await send('/tasks', { title: 'Sweep', priority: 'highest' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ issues: [{ path: 'data.priority' }] })
  })

  it('end with code 0 on SIGTERM, with nothing undelivered', async () => {
    expect(await tasks.stop()).toBe(0)
    expect(await tasks.line(({ event }) => event === 'closed')).toEqual({ event: 'closed', undelivered: 0 })
    expect(await points.stop()).toBe(0)
  })
})

async function post(path: string, body?: object): Promise<{ taskId: string }> {
  const answer = await send(path, body)
  expect(answer.ok, `${answer.status}`).toBe(true)
  return (await answer.json()) as { taskId: string }
}

async function send(path: string, body?: object): Promise<Response> {
  const { port } = await tasks.line(({ event }) => event === 'listening')
  return fetch(`http://127.0.0.1:${port}/households/${household}${path}`, {
    method: 'POST',
    headers: { 'x-user-id': 'user-001' },
    ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  })
}

function run(example: string, env: Readonly<Record<string, string>>): Service {
  const child = spawn(process.execPath, ['--conditions=@house-helper/source', join(examples, example, 'src/main.ts')], {
    env: { ...process.env, ...env, KAFKA_TOPIC_PREFIX: topicPrefix },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { said, waiting, errors } = listen(child)
  return {
    line: async (fits) => {
      const known = said.find(fits)
      if (known !== undefined) return known
      const ended = once(child, 'close', { signal: AbortSignal.timeout(25_000) })
      const line = new Promise<Line>((resolve) => waiting.add((next) => fits(next) && resolve(next)))
      const end = ended.then(() => Promise.reject(new Error(`${example} ended: ${errors.join('')}`)))
      return Promise.race([line, end])
    },
    stop: async () => {
      const ended = once(child, 'close', { signal: AbortSignal.timeout(15_000) })
      child.kill('SIGTERM')
      const [code] = (await ended) as [number | null]
      return code
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function listen({ stdout, stderr }: ChildProcess) {
  const said: Line[] = []
  const waiting = new Set<(line: Line) => void>()
  const errors: string[] = []
  if (stdout === null || stderr === null) throw new Error('The example has no output.')
  stderr.on('data', (chunk) => errors.push(String(chunk)))
  createInterface({ input: stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line
    said.push(line)
    for (const tell of waiting) tell(line)
  })
  return { said, waiting, errors }
}
