import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closedAddress } from '../closed-address.ts'
import { runInMemory } from '../test-world.ts'

let server: Server | undefined
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hh-events-'))
})
afterEach(async () => {
  server?.close().closeAllConnections()
  server = undefined
  await rm(folder, { recursive: true })
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const made = createServer(answer)
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return { NO_COLOR: '1', EVENT_LOGGER_URL: `http://127.0.0.1:${(made.address() as AddressInfo).port}` }
}

const event = (id: string) => ({ id, type: 'pet.fed', source: 's', timestamp: '2026-01-31T07:00:00Z' })
const lines = ['a', 'b'].map((id) => `${JSON.stringify(event(id))}\n`).join('')
const whole = `${lines}{"trailer":{"events":2}}\n`

describe('log export', () => {
  it('writes what the logger sends to standard output, the trailer too', async () => {
    let asked = ''
    const env = await serve((request, response) => {
      asked = request.url ?? ''
      response.end(whole)
    })
    const { exitCode, stdout } = await runInMemory(['log', 'export', 'type:pet.*', '--since', '2h'], { env })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: whole })
    expect(asked).toBe('/api/v1/events/export?q=type%3Apet.*+since%3A2h')
  })

  it('writes to a file that appears once it is complete, and replaces none unless told to', async () => {
    const env = await serve((_request, response) => void response.end(whole))
    const file = join(folder, 'pets.ndjson')
    const argv = ['log', 'export', '--output', file]
    expect((await runInMemory(argv, { env })).exitCode).toBe(0)
    expect(await readFile(file, 'utf8')).toBe(whole)
    expect(await runInMemory(argv, { env })).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--force') })
    expect((await runInMemory([...argv, '--force'], { env })).exitCode).toBe(0)
    expect(await readdir(folder)).toEqual(['pets.ndjson'])
  })

  it.each([
    ['without its trailer', lines],
    ['with a trailer that counts other lines', whole.replace('2}', '3}')],
  ])('fails with a plain message where it ends %s, and leaves what was there', async (_what, body) => {
    const env = await serve((_request, response) => void response.end(body))
    const file = join(folder, 'pets.ndjson')
    await writeFile(file, 'before')
    const { exitCode, stderr } = await runInMemory(['log', 'export', '--output', file, '--force'], { env })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      /^hh-events: The export is not complete: .*Do not use what was written; give the command again\.\n$/,
    )
    expect(await readFile(file, 'utf8')).toBe('before')
    expect(await readdir(folder)).toEqual(['pets.ndjson'])
  })

  it('fails where the connection breaks off', async () => {
    const env = await serve((_request, response) => {
      response.write(lines, () => response.destroy())
    })
    const { exitCode, stderr } = await runInMemory(['log', 'export'], { env })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('The export is not complete: the connection broke off, after 2 lines.')
  })

  it('gives up where the logger falls silent', async () => {
    const env = await serve((_request, response) => void response.write(lines))
    const { exitCode, stderr } = await runInMemory(['--timeout', '100ms', 'log', 'export'], { env })
    expect(exitCode).toBe(6)
    expect(stderr).toContain('sent nothing for 100 ms')
  })
})

describe('log tail', () => {
  it('goes on after the last event where the connection breaks off, until it is interrupted', async () => {
    const asked: { url: string | undefined; after: string | undefined }[] = []
    let interrupt = (): void => {}
    const env = await serve((request, response) => {
      const after = request.headers['last-event-id']
      asked.push({ url: request.url, after: Array.isArray(after) ? after[0] : after })
      response.write(`retry: 2000\n\nid: p${asked.length}\ndata: ${JSON.stringify(event(`e-${asked.length}`))}\n\n`)
      // The first time it breaks off, with half an event.
      if (asked.length === 1) response.write('id: p9\ndata: {"id"', () => response.destroy())
      else setImmediate(() => setImmediate(interrupt))
    })
    const onInterrupt = (stop: () => void) => {
      interrupt = stop
      return () => {}
    }
    const { exitCode, lines: shown } = await runInMemory(['log', 'tail', 'type:pet.*'], { env, onInterrupt })
    expect(exitCode).toBe(0)
    expect(shown[0]).toEqual(event('e-1'))
    expect(asked).toEqual([
      { url: '/api/v1/events/stream?q=type%3Apet.*', after: undefined },
      { url: '/api/v1/events/stream?q=type%3Apet.*', after: 'p1' },
    ])
  })

  it('points at a filter that is wrong', async () => {
    const errors = [{ parameter: 'q', detail: 'The filter is wrong.', position: 0, length: 6 }]
    const env = await serve((_request, response) => {
      response.statusCode = 400
      response.end(JSON.stringify({ status: 400, errors }))
    })
    const { exitCode, stderr } = await runInMemory(['log', 'tail', 'colour:red'], { env })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'hh-events: The filter is wrong.\n  colour:red\n  ^^^^^^\n',
    })
  })

  it('ends with 6 where nothing answers for as long as it may wait', async () => {
    const EVENT_LOGGER_URL = `http://${await closedAddress()}`
    const gone = await runInMemory(['--timeout', '100ms', 'log', 'tail'], { env: { EVENT_LOGGER_URL } })
    expect(gone.exitCode).toBe(6)
  })
})
