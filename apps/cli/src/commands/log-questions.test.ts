import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runInMemory } from '../test-world.ts'

let server: Server
let env: Record<string, string>
let asked: string[]

function linked(id: string, causationId?: string) {
  const about = { type: 'pet.fed', source: 'kitchen', householdId: 'h-1', timestamp: '2026-01-31T07:00:00Z' }
  return { id, recordId: id, ...about, ...(causationId && { causationId }), correlationId: 'c-1' }
}

const event = { ...linked('e-2', 'e-1'), data: { grams: 80 }, contract: 'ok', issues: [], coverage: { complete: true } }
const causation = {
  ...{ event: linked('e-2', 'e-1'), ancestors: [linked('e-1', 'e-0')], missingCause: 'e-0', cuts: [] },
  descendants: [{ event: linked('e-3', 'e-2'), caused: [{ event: linked('e-4', 'e-3'), caused: [] }] }],
}
const deliveries = [{ group: 'points', state: 'passed', handles: true, members: 2, inbox: [], inboxRead: true }]
const answers: Readonly<Record<string, unknown>> = {
  '/api/v1/events/e-2': event,
  '/api/v1/events/e-2/causation': causation,
  '/api/v1/events/e-2/deliveries': { deliveries },
  '/api/v1/correlations/c-1': {
    ...{ correlationId: 'c-1', missingCauses: ['e-0'], cut: null },
    events: [
      { event: linked('e-1'), depth: 0 },
      { event: linked('e-2', 'e-1'), depth: 1 },
    ],
  },
  '/api/v1/events/stats': { total: 5, counts: [{ key: 'pet.fed', count: 5 }], complete: false, countedFrom: 'then' },
  '/api/v1/timelines/user/u%201': { events: [event] },
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = request.url ?? ''
    asked.push(url)
    const path = url.split('?')[0] ?? ''
    if (path === '/api/v1/events/e-2/raw') return void response.end(Buffer.from('{"id":"e-2"}'))
    const answer = answers[path]
    response.statusCode = answer === undefined ? 404 : 200
    response.end(JSON.stringify(answer ?? { status: 404, detail: 'Nothing is here.' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  env = { NO_COLOR: '1', EVENT_LOGGER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})
beforeEach(() => {
  asked = []
})
afterAll(() => server.close().closeAllConnections())

const run = (...argv: string[]) => runInMemory(argv, { env })
const onTerminal = (...argv: string[]) => runInMemory(argv, { env, isTTY: true })

it('log timeline asks for the timeline of a household or a user, and of nobody else', async () => {
  const { lines } = await run('log', 'timeline', 'user', 'u 1', 'type:pet.*', '--limit', '3')
  expect(lines).toEqual([event])
  expect(asked).toEqual(['/api/v1/timelines/user/u%201?q=type%3Apet.*&limit=3'])
  const wrong = await run('log', 'timeline', 'houshold', 'h-1')
  expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('"houshold"') })
})

it('log stats counts, and says where not all is counted', async () => {
  const { stdout, stderr } = await onTerminal('log', 'stats', 'since:1d', '--by', 'source')
  expect(stdout).toMatch(/^SOURCE +EVENTS\npet\.fed +5\n/)
  expect(stderr).toContain('5 events.\nwarning: Counting took too long: only events from then on are counted.')
  expect(asked).toEqual(['/api/v1/events/stats?q=since%3A1d&by=source'])
})

it('log get --raw writes the bytes of the message and nothing else', async () => {
  expect(await run('log', 'get', 'e-2', '--raw')).toMatchObject({ exitCode: 0, stdout: '{"id":"e-2"}' })
})

describe('log trace', () => {
  it('draws causes above the event and effects below it', async () => {
    const { stdout } = await onTerminal('log', 'trace', 'e-2')
    const text = '2026-01-31T07:00:00Z  pet.fed  h-1  kitchen'
    expect(stdout.split('\n')).toEqual([
      '? e-0 is not recorded, or not yet',
      `└─ ${text}  e-1`,
      `   └─ ${text}  e-2  <- this one`,
      `      └─ ${text}  e-3`,
      `         └─ ${text}  e-4`,
      '',
    ])
  })

  it('draws the events of a correlation', async () => {
    const { stdout } = await onTerminal('log', 'trace', 'c-1', '--correlation')
    expect(stdout).toMatch(/ {2}e-1\n└─ .* {2}e-2\n\? e-0, named as a cause, is not recorded, or not yet\n$/)
  })

  it('gives a program the answer as it came', async () => {
    expect((await run('log', 'trace', 'e-2')).lines).toEqual([causation])
  })
})

describe('log why', () => {
  it('answers in sentences', async () => {
    const { stdout } = await onTerminal('log', 'why', 'e-2')
    for (const sentence of [
      'pet.fed e-2 (household h-1) was published by kitchen and happened at 2026-01-31T07:00:00Z.',
      'It was caused by pet.fed e-1 (kitchen, 2026-01-31T07:00:00Z).',
      'e-1 names e-0 as its cause, which is not recorded, or not yet.',
      'It led to 2 events: pet.fed e-3 (kitchen, 2026-01-31T07:00:00Z); pet.fed e-4 (kitchen, 2026-01-31T07:00:00Z).',
      'points: past it. Its members handle this type; what came of it, only they know.',
    ]) {
      expect(stdout).toContain(`${sentence}\n`)
    }
  })

  it('gives a program all that it found', async () => {
    expect((await run('log', 'why', 'e-2')).lines).toEqual([{ event, causation, deliveries }])
  })

  it('ends with 1 where there is no such event', async () => {
    expect(await run('log', 'why', 'e-9')).toMatchObject({ exitCode: 1, stdout: '' })
  })
})
