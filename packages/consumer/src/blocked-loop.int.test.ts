import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Transport, topicNames } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { chores } from '../test/domain.ts'
import { createTopic, message, publish } from '../test/household.ts'
import { defineHandlers } from './handlers.ts'
import { readAnnouncement } from './membership/announcement.ts'
import { createSubscriber } from './subscriber.ts'

const PARTITIONS = 2
const WAIT_MS = 60_000
/** The shortest that a broker allows by default. */
const SESSION_TIMEOUT_MS = 6000
const topicPrefix = `t${randomBytes(6).toString('hex')}`
const groupId = `${topicPrefix}-helpers`
const topic = topicNames(topicPrefix).domain('chores')

describe('a process whose handler keeps the event loop for longer than its session', () => {
  let transport: Transport
  let child: ChildProcess | undefined

  beforeAll(async () => {
    transport = createKafkaTransport({ brokers: brokers(), topicPrefix })
    await createTopic(transport, 'chores', PARTITIONS)
  })
  afterAll(async () => {
    child?.kill('SIGKILL')
    await transport?.close()
    const admin = new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await admin.deleteTopics({ topics: [topic] })
    await admin.deleteGroups([groupId])
    await admin.disconnect()
  })

  function brokers(): string[] {
    if (process.env.KAFKA_BROKERS) return process.env.KAFKA_BROKERS.split(',')
    throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`, which starts Kafka.')
  }

  /** Starts the program; what it says is added to the lines. */
  function start(lines: string[]): ChildProcess {
    const env = { TOPIC_PREFIX: topicPrefix, GROUP_ID: groupId, SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS) }
    const file = join(import.meta.dirname, '../test/blocking-subscriber.ts')
    const made = spawn(process.execPath, ['--conditions=@house-helper/source', file], {
      env: { ...process.env, ...env, BLOCK_MS: String(SESSION_TIMEOUT_MS + 1500) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    made.stdout?.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')))
    return made
  }

  /** The names under which the members are known, once each has one. */
  async function instances(members: number): Promise<readonly (string | undefined)[]> {
    let found: readonly (string | undefined)[] = []
    await until(
      `the group has ${members} members`,
      async () => {
        const group = await transport.admin.describeGroup(groupId)
        found = group.members.map(({ announcement }) => readAnnouncement(announcement)?.instance)
        return group.state === 'stable' && found.length === members
      },
      WAIT_MS,
    )
    return found
  }

  async function committed(): Promise<number> {
    const positions = await transport.admin.committed(groupId, [topic])
    return positions.reduce((sum, { offset }) => sum + offset, 0)
  }

  it('loses its partitions to another one, commits nothing stale, and works again', {
    timeout: 2 * WAIT_MS,
  }, async () => {
    const said: string[] = []
    const elsewhere: string[] = []
    child = start(said)
    await until('it has started', () => said.includes('started'), WAIT_MS)
    const [before] = await instances(1)
    expect(before).toMatch(/^[0-9a-z]{8}$/)
    await publish(transport, topic, [message({ id: 'blocker', householdId: 'blocker' })], PARTITIONS)
    await until('its event loop is kept', () => said.includes('blocked'), WAIT_MS)
    const on = [defineHandlers(chores, { 'chore.started': ({ id }) => void elsewhere.push(id) })]
    await using other = createSubscriber({
      ...{ transport, groupId, on, sessionTimeoutMs: SESSION_TIMEOUT_MS, commitIntervalMs: 200, deadLetters: false },
    })
    const behind = Array.from({ length: 20 }, (_, n) => message({ id: `e-${n}`, householdId: `household-${n % 7}` }))
    await publish(transport, topic, behind, PARTITIONS)
    await other.start()
    await until('the other one has handled all', () => new Set(elsewhere).size === 21, WAIT_MS)
    expect(elsewhere).toContain('blocker')
    await until('all is committed', async () => (await committed()) === 21, WAIT_MS)
    await until('it is free again', () => said.includes('free'), WAIT_MS)
    // Each has a partition again, and goes on from what the other one has committed.
    const more = Array.from({ length: 40 }, (_, n) => message({ id: `more-${n}`, householdId: `household-${n}` }))
    await until('both have a partition', () => other.stats().partitions.length === 1, WAIT_MS)
    expect(await committed()).toBe(21)
    // For what ran while it was blocked it counts as dead: it has another name now.
    expect(await instances(2)).not.toContain(before)
    await publish(transport, topic, more, PARTITIONS)
    const here = (): string[] => said.filter((line) => line.startsWith('handled more-'))
    const there = (): string[] => elsewhere.filter((id) => id.startsWith('more-'))
    await until('all are handled', () => here().length + there().length === 40, WAIT_MS)
    expect(here().length).toBeGreaterThan(0)
    expect(said.filter((line) => line.startsWith('handled e-'))).toEqual([])
    await until('all is committed', async () => (await committed()) === 61, WAIT_MS)
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
  })
})
