import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { runInMemory } from '../test-world.ts'

let server: Server | undefined
afterEach(() => {
  server?.close().closeAllConnections()
  server = undefined
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const made = createServer(answer)
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return { NO_COLOR: '1', EVENT_LOGGER_URL: `http://127.0.0.1:${(made.address() as AddressInfo).port}` }
}

const lines = (steps: readonly object[]): string => steps.map((step) => `${JSON.stringify(step)}\n`).join('')
const place = { topic: 'house-helper.pets', partition: 1 }
const progress = { kind: 'progress', progress: { ...place, generation: 1, next: 5, end: 9 } }
const finding = { ...place, generation: 1, kind: 'missing', from: 5, to: 7, inTopic: true, detail: 'it is not stored' }
const verdict = (findings: number) => ({
  kind: 'partition',
  partition: {
    ...{ ...place, generations: 1, next: 9, entries: 2, messages: 9, compared: 8, removed: 1, gaps: 0, findings },
    ...{ heads: { proved: 2, unproved: 0 }, topicIsSame: true },
  },
})
const summary = (findings: number) => ({
  kind: 'summary',
  summary: { partitions: 1, messages: 9, compared: 8, removed: 1, findings },
})
const sound = [progress, verdict(0), summary(0)]
const unsound = [progress, { kind: 'finding', finding }, verdict(1), summary(1)]

describe('log verify', () => {
  it('shows each partition, and ends with 0 where nothing is wrong', async () => {
    let asked = ''
    const env = await serve((request, response) => {
      asked = request.url ?? ''
      response.end(lines(sound))
    })
    const run = await runInMemory(['log', 'verify', '--topic', 'pets'], { env, isTTY: true })
    expect(asked).toBe('/api/v1/verification?topic=pets')
    expect(run.exitCode).toBe(0)
    expect(run.stdout).toMatch(/house-helper\.pets +1 +9 +8 +1 +0 +2 of 2 +0/)
    expect(run.stderr).toContain('house-helper.pets/1: 5 of 9')
    expect(run.stderr).toContain('Nothing is wrong in 9 messages of 1 partitions.')
  })

  it('says each finding as a sentence with what to do, and ends with 1', async () => {
    const others = [
      { ...finding, kind: 'different', from: 3, to: 4, generation: 2 },
      { ...finding, inTopic: false, from: 8, to: 9 },
    ].map((finding) => ({ kind: 'finding', finding }))
    const env = await serve((_request, response) => void response.end(lines([...others, ...unsound])))
    const run = await runInMemory(['log', 'verify'], { env, isTTY: true })
    expect(run.exitCode).toBe(1)
    expect(run.stdout.split('\n').slice(0, 3)).toEqual([
      'house-helper.pets/1, offset 3 of generation 2 (different): it is not stored. Find out who writes to MongoDB; restore the record from a backup.',
      'house-helper.pets/1, offset 8 (missing): it is not stored. Kafka has it no more: restore it from a backup.',
      'house-helper.pets/1, offsets 5 to 6 (missing): it is not stored. Kafka still has it: hh-events log backfill --topic house-helper.pets',
    ])
  })

  it('gives programs findings, partitions and the summary as lines, and no progress', async () => {
    const env = await serve((_request, response) => void response.end(lines(unsound)))
    const run = await runInMemory(['log', 'verify', '--json'], { env })
    expect(run.lines).toEqual(unsound.slice(1))
    expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 1, stderr: '' })
  })

  it.each([
    ['ends without its summary', lines(sound.slice(0, 2))],
    ['ends within a line', lines(sound).slice(0, -9)],
    ['is of something else', '<html>\n'],
  ])('fails where the answer %s', async (_what, body) => {
    const env = await serve((_request, response) => void response.end(body))
    const { exitCode, stderr } = await runInMemory(['log', 'verify'], { env })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^hh-events: The verification is not (complete: it|as an event logger)/)
  })

  it('fails where the connection breaks off, and passes over what a later logger tells', async () => {
    const later = { kind: 'remark', remark: {} }
    const env = await serve((_request, response) => {
      response.write(lines([later, progress]), () => response.destroy())
    })
    const { exitCode, stderr } = await runInMemory(['log', 'verify'], { env })
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('broke off') })
  })

  it('says why where another one is being made, and gives up where the logger falls silent', async () => {
    const detail = 'A verification is being made.'
    const busy = await serve((_request, response) => {
      response.writeHead(409).end(JSON.stringify({ status: 409, detail }))
    })
    const refused = await runInMemory(['log', 'verify'], { env: busy })
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`409: ${detail}`) })
    server?.close().closeAllConnections()
    const silent = await serve((_request, response) => void response.write(lines([progress])))
    const run = await runInMemory(['--timeout', '100ms', 'log', 'verify'], { env: silent })
    expect(run).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('sent nothing for 100 ms') })
  })
})

describe('log backfill', () => {
  const backfilled = { kind: 'backfilled', message: { ...place, offset: 5, reason: 'missing', outcome: 'recorded' } }
  const end = (isDryRun: boolean, gone = 0) => ({
    kind: 'summary',
    summary: { found: 2, backfilled: isDryRun ? 0 : 2, gone },
  })
  const backfills = async (gone = 0) => {
    const asked: unknown[] = []
    const env = await serve(async (request, response) => {
      const body = JSON.parse(await text(request)) as { isDryRun: boolean }
      asked.push([request.method, request.url, request.headers['content-type'], body])
      const steps = [progress, { kind: 'finding', finding }, ...(body.isDryRun ? [] : [backfilled, backfilled])]
      response.end(lines([...steps, end(body.isDryRun, gone)]))
    })
    return { asked, env }
  }
  const command = (body: object) => ['POST', '/api/v1/backfills', 'application/json', body]

  it('records without a question where it is told so, and shows what it did', async () => {
    const { asked, env } = await backfills()
    const run = await runInMemory(['log', 'backfill', '--topic', 'pets', '--yes'], { env })
    expect(run.exitCode).toBe(0)
    expect(asked).toEqual([command({ isDryRun: false, topics: ['pets'] })])
    expect(run.lines).toEqual([{ kind: 'finding', finding }, backfilled, backfilled, end(false)])
  })

  it('looks first and asks a person; where there is nobody, it says how to go on', async () => {
    const { asked, env } = await backfills()
    const run = await runInMemory(['log', 'backfill'], { env })
    expect(asked).toEqual([command({ isDryRun: true })])
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Record 2 messages? Nobody can be asked'),
    })
  })

  it('changes nothing in a dry run, and ends with 1 where Kafka has no more what is missing', async () => {
    const { asked, env } = await backfills(3)
    const run = await runInMemory(['log', 'backfill', '--dry-run'], { env })
    expect(asked).toEqual([command({ isDryRun: true })])
    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('3 are missing that Kafka has no more') })
  })
})

describe('log retention', () => {
  const domain = {
    ...{
      domain: 'pets',
      topic: place.topic,
      keepMs: 1,
      cutoff: '2026-01-01T00:00:00.000Z',
      records: 7,
      quarantined: 1,
    },
    ...{ oldest: '2025-01-01T10:20:30.000Z', newest: '2025-12-31T00:00:00.000Z' },
    removedBefore: { records: 40, quarantined: 2 },
  }
  const steps = (applied: string) => [
    { kind: 'policy', policy: { asked: 'pets=30d', applied } },
    { kind: 'progress', progress: { ...place, records: 7, quarantined: 1 } },
    { kind: 'domain', domain },
    { kind: 'summary', summary: { records: 7, quarantined: 1 } },
  ]

  it('shows what would go, and whether the logger removes anything', async () => {
    let asked = ''
    const env = await serve((request, response) => {
      asked = request.url ?? ''
      response.end(lines(steps('')))
    })
    const argv = ['log', 'retention', '--keep', 'pets=30d', 'plants=2w']
    const run = await runInMemory(argv, { env, isTTY: true })
    expect(asked).toBe('/api/v1/retention?keep=pets%3D30d+plants%3D2w')
    expect(run.stdout).toMatch(/pets +2026-01-01 00:00 +7 +1 +2025-01-01 10:20 +2025-12-31 00:00 +42/)
    expect(run.stderr).toContain('the logger keeps everything')
    expect(run.exitCode).toBe(0)
  })

  it('gives programs the lines as they came', async () => {
    const env = await serve((_request, response) => void response.end(lines(steps('pets=30d'))))
    const run = await runInMemory(['log', 'retention'], { env })
    expect(run.lines).toEqual(steps('pets=30d').filter(({ kind }) => kind !== 'progress'))
  })
})
