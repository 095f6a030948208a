import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closedAddress } from '../closed-address.ts'
import { runInMemory } from '../test-world.ts'

let server: Server
let env: Record<string, string>
const asked: string[] = []

/** Three events in pages of two. */
const events = ['e-3', 'e-2', 'e-1'].map((id) => ({
  id,
  type: 'pet.fed',
  source: 'kitchen',
  householdId: 'household-001',
  timestamp: '2026-01-31T07:00:00Z',
  data: { petId: 'pet-001', grams: 80 },
}))

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://logger')
    asked.push(request.url ?? '')
    const id = /^\/api\/v1\/events\/(.+)$/.exec(url.pathname)?.[1]
    const event = events.find((one) => one.id === id)
    const page =
      url.searchParams.get('cursor') === 'second'
        ? { events: events.slice(2) }
        : { events: events.slice(0, 2), next: 'second' }
    response.statusCode = id === undefined || event !== undefined ? 200 : 404
    response.end(
      JSON.stringify(id === undefined ? page : (event ?? { status: 404, detail: `No event ${id} is recorded.` })),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  env = { NO_COLOR: '1', EVENT_LOGGER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})
afterAll(() => server.close().closeAllConnections())

const run = (...argv: string[]) => runInMemory(argv, { env })
const onTerminal = (...argv: string[]) => runInMemory(argv, { env, isTTY: true })

describe('log list', () => {
  it('writes a page, each event as it came', async () => {
    const { exitCode, lines, stderr } = await run('log', 'list')
    expect(lines).toEqual(events.slice(0, 2))
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  it('asks with one filter of its words and options', async () => {
    await run(
      'log',
      'list',
      'contract:broken',
      'user:"u 1"',
      '--household',
      'h',
      '--type',
      't',
      '--since',
      '2h',
      '--until',
      '2026-01-31T07:59:00Z',
      '--limit',
      '7',
      '--cursor',
      'c',
    )
    const query = Object.fromEntries(new URL(asked.at(-1) ?? '', 'http://logger').searchParams)
    expect(query).toEqual({
      q: 'contract:broken user:"u 1" household:h type:t since:2h until:2026-01-31T07:59:00Z',
      limit: '7',
      cursor: 'c',
    })
  })

  it('follows every page with --all', async () => {
    const { lines } = await run('log', 'list', '--all')
    expect(lines).toEqual(events)
  })

  it('shows a person a table, and how to go on', async () => {
    const { stdout, stderr } = await onTerminal('log', 'list')
    expect(stdout).toMatch(
      /^TIME +TYPE +HOUSEHOLD +USER +SOURCE +ID\n2026-01-31T07:00:00Z +pet\.fed +household-001 +kitchen +e-3\n/,
    )
    expect(stderr).toBe('There are more: give --all, or --cursor second\n')
  })

  it.each([
    ['--limit', '0'],
    ['--limit', 'many'],
  ])('refuses %s %s as usage', async (...options) => {
    const { exitCode, stderr } = await run('log', 'list', ...options)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(options[0])
  })

  it('ends with 6 where nothing answers, and with 2 where the address is none', async () => {
    const EVENT_LOGGER_URL = `http://${await closedAddress()}`
    const gone = await runInMemory(['log', 'list'], { env: { EVENT_LOGGER_URL } })
    expect(gone.exitCode).toBe(6)
    expect(gone.stderr).toMatch(`hh-events: No event logger answers at ${EVENT_LOGGER_URL} (ECONNREFUSED). `)
    const wrong = await runInMemory(['log', 'list'], { env: { EVENT_LOGGER_URL: 'http://user:secret@h/' } })
    expect(wrong.exitCode).toBe(2)
    expect(wrong.stderr).not.toContain('secret')
  })
})

describe('log get', () => {
  it('writes the event', async () => {
    const { exitCode, lines } = await run('log', 'get', 'e-2')
    expect(lines).toEqual([events[1]])
    expect(exitCode).toBe(0)
  })

  it('shows a person its fields one under the other', async () => {
    const { stdout } = await onTerminal('log', 'get', 'e-2')
    expect(stdout).toContain('id           e-2\ntype         pet.fed\n')
    expect(stdout).toContain('data         {\n               "petId": "pet-001",\n')
  })

  it('ends with 1 where there is no such event', async () => {
    const { exitCode, stdout, stderr } = await run('log', 'get', 'e-9')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('answered 404: No event e-9 is recorded.')
  })
})
