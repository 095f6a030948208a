import type { Acl } from '@house-helper/events-core'
import { createMemoryBroker, createMemoryTransport } from '@house-helper/transport-memory'
import { describe, expect, it } from 'vitest'
import { runInMemory } from '../test-world.ts'

/** A cluster that outlives the transports that commands open and close. */
function cluster() {
  const broker = createMemoryBroker()
  const open = () => createMemoryTransport({ broker, topicPrefix: 'zoo' })
  return { open, run: (...argv: string[]) => runInMemory(argv, { openTransport: open }) }
}

const points = ['--principal', 'User:points', '--handle', 'pets', '--group', 'points', '--later-retries']
const rightText = ({ operation, resource, name, pattern }: Record<string, unknown>) =>
  `${operation} ${resource}:${name}${pattern === 'prefixed' ? '…' : ''}`

describe('acl plan', () => {
  it.each([
    [
      ['--publish', 'pets', '--publish', 'plants'],
      ['Write topic:zoo.pets', 'Write topic:zoo.plants'],
    ],
    [
      ['--handle', 'pets', '--group', 'points'],
      ['Read topic:zoo.pets', 'Read group:points', 'Read topic:zoo.inbox.points', 'Write topic:zoo.dead.points'],
    ],
    [
      ['--handle', 'pets', '--group', 'points', '--no-dead-letters'],
      ['Read topic:zoo.pets', 'Read group:points'],
    ],
    [['--viewer'], ['Describe topic:zoo.…', 'DescribeConfigs topic:zoo.…', 'Describe group:*']],
    [
      ['--event-logger', '--group', 'log'],
      [
        'Read topic:zoo.…',
        'Read group:log',
        'Write topic:zoo.inbox.…',
        'Write topic:zoo.sandbox.…',
        'Describe group:*',
        'Describe cluster:kafka-cluster',
      ],
    ],
  ])('of %j asks for no more than that, and for no broker', async (options, expected) => {
    const { lines, exitCode } = await runInMemory(['acl', 'plan', '--principal', 'User:x', ...options], {
      openTransport: () => {
        const { admin: _, ...offline } = createMemoryTransport({ topicPrefix: 'zoo' })
        return offline as ReturnType<typeof createMemoryTransport>
      },
    })
    expect(exitCode).toBe(0)
    expect(lines.map(rightText)).toEqual(expected)
  })

  it('prints commands for kafka-acls.sh, quoted for a shell', async () => {
    const { stdout } = await cluster().run(
      ...[
        'acl',
        'plan',
        '--principal',
        "User:CN=o'hare, O=zoo",
        '--publish',
        'pets',
        '--publish',
        'plants',
        '--commands',
      ],
      ...['--bootstrap-server', 'kafka:9093', '--command-config', 'admin.properties'],
    )
    expect(stdout).toBe(
      "kafka-acls.sh --bootstrap-server kafka:9093 --command-config admin.properties --add --allow-principal 'User:CN=o'\\''hare, O=zoo' --operation Write --topic zoo.pets --topic zoo.plants\n",
    )
  })

  it('compares with the cluster: ends with 3 while rights are missing, and names what is not planned', async () => {
    const { open, run } = cluster()
    const wider: Acl = {
      ...{ principal: 'User:points', host: '*', resource: 'topic', name: 'zoo.' },
      ...{ pattern: 'prefixed', operation: 'All', permission: 'allow' },
    }
    const foreign: Acl = { ...wider, principal: 'User:others', name: 'circus.' }
    await open().admin.createAcls([wider, foreign])
    const { exitCode, lines } = await run('acl', 'plan', ...points, '--compare')
    expect(exitCode).toBe(3)
    expect(lines.map(({ status }) => status)).toEqual(['add', 'add', 'add', 'add', 'add', 'other'])
    expect(lines.at(-1)).toMatchObject(wider)
  })

  it.each([
    [[], '--principal'],
    [['--principal', 'points', '--publish', 'pets'], '--principal must be User:<name>'],
    [['--principal', 'User:x'], '--publish'],
    [['--principal', 'User:x', '--publish', 'cats'], 'There is no domain cats; there are pets, plants'],
    [['--principal', 'User:x', '--handle', 'pets'], '--group is missing'],
    [['--principal', 'User:x', '--operator', '--viewer'], 'one role'],
    [['--principal', 'User:x', '--file', 'kafka.yaml'], 'one of the two'],
  ])('refuses %j as usage, and says what to give', async (options, message) => {
    const { exitCode, stdout, stderr } = await cluster().run('acl', 'plan', ...options)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(message)
  })
})

describe('acl apply', () => {
  it('adds what is missing with a yes, keeps what is there, and has nothing to do the second time', async () => {
    const { open, run } = cluster()
    const asked = await run('acl', 'apply', ...points)
    expect(asked.exitCode).toBe(2)
    expect(asked.lines.map(({ status }) => status)).toEqual(['add', 'add', 'add', 'add', 'add'])
    expect(asked.stderr).toMatch(/Add 5 ACLs\? .*--yes/)
    expect(await open().admin.acls()).toEqual([])
    const given = await run('acl', 'apply', ...points, '--yes')
    expect(given.exitCode).toBe(0)
    expect(given.lines.map(({ status }) => status)).toEqual(['added', 'added', 'added', 'added', 'added'])
    expect((await open().admin.acls()).map(rightTextOf)).toEqual(given.lines.map(rightText))
    const again = await run('acl', 'apply', ...points)
    expect(again.lines.map(({ status }) => status)).toEqual(['matches', 'matches', 'matches', 'matches', 'matches'])
    expect((await run('acl', 'plan', ...points, '--compare')).exitCode).toBe(0)
  })
})

function rightTextOf(acl: Acl): string {
  return rightText({ ...acl })
}
