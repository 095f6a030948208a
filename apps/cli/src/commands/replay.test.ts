import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runInMemory, type TestWorld } from '../test-world.ts'

const plan = {
  ...{ id: 'plan-1', expiresAt: '2026-02-01T00:00:00Z', filter: 'type:pet.*', ratePerSecond: 500, durationMs: 90_000 },
  ...{ count: 45_000, types: [{ type: 'pet.fed', count: 45_000 }], first: '2026-01-30T00:00:00Z' },
  ...{ last: '2026-01-31T00:00:00Z', targets: [{ group: 'points', topic: 'house-helper.inbox.points' }] },
  contract: {
    ...{ judged: 20_000, broken: 1, unknownType: 0, unknownVersion: 0 },
    examples: [{ id: 'e-9', issues: [{ path: 'data.petId', message: 'is missing' }] }],
  },
  sample: [{ id: 'e-1', type: 'pet.fed', timestamp: '2026-01-30T00:00:00Z', subject: 'household-001' }],
  groups: [{ group: 'points', types: [{ type: 'pet.fed', onReplay: 'skip' }] }],
}
const run = {
  ...{ id: 'run-1', planId: 'plan-1', filter: 'type:pet.*', targets: plan.targets, state: 'running', total: 1_500 },
  ...{ sent: 500, ratePerSecond: 500, perSecond: 250.4, remainingMs: 4_000, createdAt: '2026-01-31T00:00:00Z' },
}
const done = { ...run, state: 'done', sent: 1_500, perSecond: 0, remainingMs: undefined }

type Answer = object | ((response: ServerResponse) => void)
let server: Server
let env: Record<string, string>
let asked: { readonly call: string; readonly body: unknown; readonly key: string | undefined }[]
let answers: Answer[]

const progress =
  (...runs: object[]) =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const one of runs) response.write(`: nothing new\n\nevent: progress\ndata: ${JSON.stringify(one)}\n\n`)
    response.end()
  }

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request)
    const { method, url, headers } = request
    const key = headers['idempotency-key']?.toString()
    asked.push({ call: `${method} ${url}`, body: body === '' ? undefined : JSON.parse(body), key })
    const answer = answers.shift() ?? run
    if (typeof answer === 'function') answer(response)
    else response.end(JSON.stringify(answer))
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

const replay = (argv: readonly string[], world: TestWorld = {}) => runInMemory(['replay', ...argv], { env, ...world })

describe('replay plan', () => {
  it('hands on what is to be sent to whom, and shows a person all that is known', async () => {
    answers = [plan]
    const options = ['--filter', 'type:pet.*', '--to-group', 'points', '--to-group', 'mail', '--rate', '500']
    const { stdout, stderr, exitCode } = await replay(['plan', ...options], { isTTY: true })
    expect(exitCode).toBe(0)
    expect(asked).toEqual([
      {
        ...{ call: 'POST /api/v1/replay-plans', key: undefined },
        body: { filter: 'type:pet.*', groups: ['points', 'mail'], ratePerSecond: 500, by: 'ada' },
      },
    ])
    expect(stdout).toContain('45,000, about 90 s at 500/s')
    expect(stdout).toContain("1 break today's contract (of the first 20,000)")
    expect(stdout).toContain('e-9  data.petId: is missing')
    expect(stdout).toContain('pet.fed: skips them')
    expect(stderr).toContain('hh-events replay run plan-1')
  })

  it('asks for a group or a sandbox, and takes no rate that is out of range', async () => {
    expect((await replay(['plan', '--filter', 'id:x'])).exitCode).toBe(2)
    expect((await replay(['plan', '--to-group', 'points'])).exitCode).toBe(2)
    expect((await replay(['plan', '--filter', 'id:x', '--sandbox', 'a b'])).exitCode).toBe(2)
    expect((await replay(['plan', '--filter', 'id:x', '--sandbox', 's', '--rate', '0'])).exitCode).toBe(2)
    expect(asked).toEqual([])
  })
})

describe('replay run', () => {
  it('runs a plan once however often it is given, and shows progress to the end', async () => {
    answers = [run, progress(run, done)]
    const { stderr, stdout, exitCode } = await replay(['run', 'plan-1', '--rate', '50'], { isTTY: true })
    expect(exitCode).toBe(0)
    expect(asked.map(({ call }) => call)).toEqual(['POST /api/v1/replays', 'GET /api/v1/replays/run-1/progress'])
    expect(asked[0]).toMatchObject({ body: { planId: 'plan-1', ratePerSecond: 50, by: 'ada' } })
    expect(stderr).toContain('running: 500 of 1,500 sent (33 %), 250/s, 4 s to go')
    expect(stdout).toContain('done: 1,500 of 1,500 sent (100 %)')
    await replay(['run', 'plan-1', '--detach'])
    await replay(['run', 'plan-1', '--detach', '--again'])
    const keys = asked.flatMap(({ key }) => key ?? [])
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('goes on watching where the logger is started anew', async () => {
    answers = [run, progress(run), progress(done)]
    const { lines, exitCode } = await replay(['run', 'plan-1'])
    expect({ lines, exitCode }).toMatchObject({ lines: [{ id: 'run-1', state: 'done' }], exitCode: 0 })
  })

  it('only detaches at Ctrl-C, and says so', async () => {
    let stop = () => {}
    answers = [
      run,
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`event: progress\ndata: ${JSON.stringify(run)}\n\n`, () => stop())
      },
    ]
    const onInterrupt = (listener: () => void) => {
      stop = listener
      return () => {}
    }
    const { stderr, exitCode } = await replay(['run', 'plan-1'], { onInterrupt })
    expect(exitCode).toBe(0)
    expect(stderr).toContain('Detached. The run goes on: hh-events replay watch run-1')
    expect(asked.filter(({ call }) => call.includes('cancel'))).toEqual([])
  })

  it('ends with 1 where the run fails, with the reason and how to go on', async () => {
    const failed = { ...run, state: 'failed', reason: { code: 'TOPIC_MISSING', message: 'It is gone.' } }
    answers = [run, progress(failed)]
    const { stderr, exitCode } = await replay(['run', 'plan-1'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('failed after 500 of 1500 events (TOPIC_MISSING): It is gone.')
    expect(stderr).toContain('hh-events replay resume run-1')
  })
})

it('replay watch writes each change as a line', async () => {
  answers = [progress(run, { ...run, sent: 900 }, done)]
  const { lines } = await replay(['watch', 'run-1'])
  expect(lines.map(({ sent }) => sent)).toEqual([500, 900, 1_500])
})

it('replay status shows one run, or the newest ones', async () => {
  answers = [run, { replays: [run, done] }]
  expect((await replay(['status', 'run-1'])).lines).toEqual([run])
  expect((await replay(['status', '--limit', '7'])).lines.map(({ state }) => state)).toEqual(['running', 'done'])
  expect(asked.map(({ call }) => call)).toEqual(['GET /api/v1/replays/run-1', 'GET /api/v1/replays?limit=7'])
})

it.each(['pause', 'resume', 'cancel'])('replay %s changes the run', async (verb) => {
  answers = [{ ...run, state: 'paused' }]
  const { lines } = await replay([verb, 'run-1'])
  expect(lines).toMatchObject([{ id: 'run-1', state: 'paused' }])
  expect(asked).toMatchObject([{ call: `POST /api/v1/replays/run-1/${verb}`, body: { by: 'ada' } }])
})
