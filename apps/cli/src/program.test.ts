import { TransportError } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { runInMemory } from './test-world.ts'

const failing = (error: unknown) => ({
  openTransport: () => {
    throw error
  },
})

describe('hh-events', () => {
  it.each([
    [[]],
    [['--help']],
    [['topics', '--help']],
    [['topics', 'apply', '--help']],
    [['publish', '--help']],
    [['log', 'list', '--help']],
    [['log', 'get', '--help']],
    [['doctor', '--help']],
  ])('shows help for %j', async (argv) => {
    const { exitCode, stdout, stderr } = await runInMemory(argv)
    expect(stdout + stderr).toContain('Usage: hh-events')
    expect(exitCode).toBe(argv.length === 0 ? 2 : 0)
  })

  it.each([[['topics', 'apply']], [['publish']], [['log', 'list']], [['log', 'get']], [['doctor']]])(
    'shows an example of %j',
    async (command) => {
      const { stdout } = await runInMemory([...command, '--help'])
      expect(stdout).toMatch(new RegExp(`Examples?:\n +(KAFKA_BROKERS=\\S+ )?hh-events ${command[0]}`))
      expect(stdout).toContain('--timeout <duration>')
    },
  )

  it.each([[['nonsense']], [['topics']], [['topics', 'plan', 'extra']], [['log', 'get']]])(
    'refuses %j as usage, without a stack trace',
    async (argv) => {
      const { exitCode, stdout, stderr } = await runInMemory(argv)
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      expect(stderr).not.toContain('    at ')
    },
  )

  it('says what an expected error says, and nothing more', async () => {
    const { exitCode, stdout, stderr } = await runInMemory(
      ['topics', 'plan'],
      failing(new TransportError('NOT_AUTHORIZED', 'The ACL for topic x is missing.')),
    )
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'hh-events: The ACL for topic x is missing.\n',
    })
  })

  it.each([[['--json', 'topics', 'plan']], [['topics', 'plan', '--json']]])(
    'writes JSON on a terminal for %j',
    async (argv) => {
      const { stdout } = await runInMemory(argv, { isTTY: true })
      const rows = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object)
      expect(rows).toMatchObject([{ topic: 'house-helper.pets' }, { topic: 'house-helper.plants' }])
    },
  )

  it('calls anything else a defect, and says where it is', async () => {
    const { exitCode, stderr } = await runInMemory(['topics', 'plan'], failing(new TypeError('oops')))
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/this is a defect of hh-events: TypeError: oops\n +at /)
  })
})
