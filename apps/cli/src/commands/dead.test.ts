import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runInMemory } from '../test-world.ts'

const letter = {
  ...{ id: 'letter-1', group: 'points', state: 'open', count: 2, type: 'pet.fed', subject: 'household-001' },
  lastTime: '2026-01-31T07:00:00Z',
  lastFailure: { code: 'HANDLER_FAILED', message: 'It \u001bthrew.', at: '2026-01-31T07:00:00Z' },
}
const nothing = { matched: 0, changed: 0, skipped: [], sample: [] }

let server: Server
let env: Record<string, string>
let asked: { readonly path: string; readonly body: unknown }[]
let answers: object[]

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request)
    asked.push({ path: request.url ?? '', body: body === '' ? undefined : JSON.parse(body) })
    response.end(JSON.stringify(answers.shift() ?? { deadLetters: [] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  env = { NO_COLOR: '1', USER: 'ada', EVENT_LOGGER_URL: `http://127.0.0.1:${port}` }
})
afterAll(() => server.close().closeAllConnections())
beforeEach(() => {
  asked = []
  answers = []
})

const run = (...argv: string[]) => runInMemory(['dead', ...argv], { env })
const bodies = () => asked.map(({ body }) => body)

/** Runs it on a terminal, with a person who types. */
function onTerminal(typed: string, ...argv: string[]) {
  const lines = (async function* () {
    yield typed
  })()
  return runInMemory(['dead', ...argv], { env, isTTY: true, stdin: Object.assign(lines, { isTTY: true }) })
}

describe('dead list', () => {
  it('asks for open ones, and passes its filters on', async () => {
    answers = [{ deadLetters: [letter] }]
    const filter = [
      '--group',
      'points',
      '--type',
      't',
      '--subject',
      's',
      '--fingerprint',
      'f',
      '--since',
      '2h',
      '--limit',
      '7',
    ]
    const { lines, exitCode } = await run('list', ...filter)
    expect({ lines, exitCode }).toEqual({ lines: [letter], exitCode: 0 })
    expect(Object.fromEntries(new URL(asked[0]?.path ?? '', 'http://logger').searchParams)).toEqual({
      ...{ group: 'points', type: 't', subject: 's', fingerprint: 'f', since: '2026-01-31T06:00:00.000Z' },
      ...{ limit: '7', state: 'open' },
    })
  })

  it('follows every page of every state with --state all --all', async () => {
    answers = [{ deadLetters: [letter], next: 'second' }, { deadLetters: [{ ...letter, id: 'letter-2' }] }]
    const { lines } = await run('list', '--state', 'all', '--all')
    expect(lines.map(({ id }) => id)).toEqual(['letter-1', 'letter-2'])
    expect(asked.map(({ path }) => path)).toEqual(['/api/v1/dead-letters', '/api/v1/dead-letters?cursor=second'])
  })

  it('shows a person a table', async () => {
    answers = [{ deadLetters: [letter] }]
    const { stdout } = await onTerminal('', 'list')
    expect(stdout).toMatch(
      /^TIME +GROUP +TYPE +SUBJECT +REASON +COUNT +STATE +ID\n2026-01-31T07:00:00Z +points +pet\.fed/,
    )
    expect(stdout).toMatch(/HANDLER_FAILED +2 +open +letter-1/)
  })

  it('counts by error, and shows control characters as text', async () => {
    const { group, lastTime, lastFailure: failure } = letter
    answers = [{ groups: [{ group, fingerprint: 'f-1', count: 3, lastTime, failure }] }]
    const { stdout } = await onTerminal('', 'list', '--by-error', '--group', 'points')
    expect(stdout).toMatch(/3 +points +2026-01-31T07:00:00Z +f-1 +HANDLER_FAILED: It \\u001bthrew\./)
    expect(asked[0]?.path).toBe('/api/v1/dead-letters/groups?group=points&state=open')
  })

  it.each([
    ['--state', 'closed'],
    ['--by-error', '--type', 't'],
    ['--by-error', '--state', 'all'],
  ])('refuses %s %s %s as usage', async (...options) => {
    expect((await run('list', ...options)).exitCode).toBe(2)
    expect(asked).toEqual([])
  })
})

it('dead show writes the dead letter as it came', async () => {
  const whole = { ...letter, value: { text: '{"big":9007199254740993}' } }
  answers = [whole]
  const { lines } = await run('show', 'letter/1')
  expect(lines).toEqual([whole])
  expect(asked[0]?.path).toBe('/api/v1/dead-letters/letter%2F1')
})

describe.each([
  ['redrive', 'redriven'],
  ['discard', 'discarded'],
])('dead %s', (verb, done) => {
  it('of ids asks nobody, and says who did it', async () => {
    answers = [{ ...nothing, matched: 2, changed: 2 }]
    const { lines, exitCode } = await run(verb, 'a', 'b')
    expect({ lines, exitCode }).toEqual({ lines: [{ matched: 2, [done]: 2, skipped: [] }], exitCode: 0 })
    expect(asked).toEqual([{ path: `/api/v1/dead-letters/${verb}`, body: { ids: ['a', 'b'], by: 'ada' } }])
  })

  it('of ids that are left as they are says why, and ends with 1', async () => {
    answers = [
      {
        ...nothing,
        skipped: [
          { id: 'a', reason: 'redriven' },
          { id: 'b', reason: 'not-found' },
        ],
      },
    ]
    const { stderr, exitCode } = await run(verb, 'a', 'b')
    expect(stderr).toBe(
      'warning: a is left as it is: it is redriven already.\nwarning: b is left as it is: there is no dead letter with this id.\n',
    )
    expect(exitCode).toBe(1)
  })

  it('with --dry-run shows what it would do', async () => {
    answers = [{ ...nothing, matched: 7, sample: [letter] }]
    const { lines } = await run(verb, '--group', 'points', '--dry-run')
    expect(lines).toEqual([{ dryRun: true, matched: 7, skipped: [], sample: [letter] }])
    expect(bodies()).toEqual([{ filter: { group: 'points' }, by: 'ada', dryRun: true }])
  })

  it('with --yes goes on call by call until all that matched at first are done', async () => {
    answers = [
      { ...nothing, matched: 30, changed: 20, next: 'two' },
      // Meanwhile others came, which are left for another time.
      { ...nothing, matched: 40, changed: 10, next: 'three' },
    ]
    const { lines } = await run(verb, '--group', 'points', '--yes')
    expect(lines).toEqual([{ matched: 30, [done]: 30, skipped: [] }])
    expect(bodies()).toMatchObject([{}, { cursor: 'two', limit: 10 }])
  })

  it('with --limit does no more than that', async () => {
    answers = [
      { ...nothing, matched: 30, changed: 4, next: 'two' },
      { ...nothing, matched: 26, changed: 1, next: 'three' },
    ]
    const { lines } = await run(verb, '--group', 'points', '--yes', '--limit', '5')
    expect(lines).toEqual([{ matched: 5, [done]: 5, skipped: [] }])
    expect(bodies()).toMatchObject([{ limit: 5 }, { limit: 1 }])
  })

  it('asks a person where a filter finds many, and heeds the answer', async () => {
    answers = [
      { ...nothing, matched: 3 },
      { ...nothing, matched: 3, changed: 3 },
    ]
    const yes = await onTerminal('y\n', verb, '--group', 'points')
    expect(yes.stderr).toMatch(/(Redrive|Discard) 3 dead letters\? \[y\/N\] /)
    expect(yes.stdout).toMatch(new RegExp(`${done} +3\n`))
    for (const typed of ['n\n', '\n', '']) {
      asked = []
      answers = [{ ...nothing, matched: 3 }]
      const { stderr, exitCode } = await onTerminal(typed, verb, '--group', 'points')
      expect(stderr).toContain('Nothing was done.')
      expect({ exitCode, bodies: bodies().length }).toEqual({ exitCode: 0, bodies: 1 })
    }
  })

  it('refuses to do many where nobody can be asked', async () => {
    answers = [{ ...nothing, matched: 2 }]
    const { exitCode, stderr } = await run(verb, '--group', 'points')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--yes')
    expect(bodies()).toMatchObject([{ dryRun: true }])
  })

  it.each([[[]], [['a', '--group', 'points']], [['--limit', '0']]])('refuses %j as usage', async (options) => {
    expect((await run(verb, ...options)).exitCode).toBe(2)
    expect(asked).toEqual([])
  })

  it('that stopped early says how far it came, and why', async () => {
    const problem = { code: 'TOPIC_MISSING', message: 'test.inbox.points does not exist.' }
    answers = [{ ...nothing, matched: 9, changed: 4, problem }]
    const { exitCode, lines, stderr } = await run(verb, '--group', 'points', '--yes')
    expect(exitCode).toBe(1)
    expect(lines).toEqual([{ matched: 9, [done]: 4, skipped: [] }])
    expect(stderr).toContain(`4 of 9 were ${done}, then it stopped (TOPIC_MISSING): test.inbox.points does not exist.`)
  })
})

it('dead redrive passes its rate on, and dead discard has none', async () => {
  answers = [{ ...nothing, matched: 1, changed: 1 }]
  await run('redrive', 'a', '--rate', '20')
  expect(bodies()).toEqual([{ ids: ['a'], by: 'ada', ratePerSecond: 20 }])
  expect((await run('discard', 'a', '--rate', '20')).exitCode).toBe(2)
})
