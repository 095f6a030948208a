import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { within } from '../deadline.ts'
import { exactJsonText } from './exact-json.ts'
import { createLogClient, type LogClient } from './log-client.ts'

const event = { id: 'e-1', type: 'task.created', source: 's', timestamp: '2026-01-01T00:00:00Z', data: { n: 1 } }
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

function ask<Result>(
  url: URL,
  question: (client: LogClient, allowance: Parameters<LogClient['list']>[1]) => Promise<Result>,
  timeoutMs = 5_000,
) {
  return within(timeoutMs, 'Asking', (allowance) => question(createLogClient(url, fetch), allowance))
}

describe('LogClient', () => {
  it('asks with the filters that are given, and reads a page', async () => {
    let asked = ''
    const url = await serve((request, response) => {
      asked = request.url ?? ''
      json(200, { events: [event], next: 'c-2' })(request, response)
    })
    const page = await ask(url, (client, allowance) =>
      client.list({ q: 'household:"h 1"', cursor: undefined, limit: '2' }, allowance),
    )
    expect(asked).toBe('/api/v1/events?q=household%3A%22h+1%22&limit=2')
    expect(page).toEqual({ events: [event], next: 'c-2' })
  })

  it('escapes the id that it gets, and keeps a path of the base address', async () => {
    let asked = ''
    const url = await serve((request, response) => {
      asked = request.url ?? ''
      json(200, event)(request, response)
    })
    await ask(new URL('logger/', url), (client, allowance) => client.get('a/../b?c', allowance))
    expect(asked).toBe('/logger/api/v1/events/a%2F..%2Fb%3Fc')
  })

  it('keeps numbers that JavaScript would change', async () => {
    const url = await serve((_request, response) => {
      response.end(JSON.stringify(event).replace('"n":1', '"n":9007199254740993'))
    })
    const answer = await ask(url, (client, allowance) => client.get('e-1', allowance))
    expect(exactJsonText(answer)).toContain('"n":9007199254740993')
  })

  it("says what the logger's problem details say", async () => {
    const errors = [{ parameter: 'limit', detail: 'is too large' }]
    const url = await serve(json(400, { title: 'Bad Request', status: 400, detail: 'see errors', errors }))
    await expect(ask(url, (client, allowance) => client.list({}, allowance))).rejects.toMatchObject({
      code: 'LOGGER_REFUSED',
      message: expect.stringContaining('answered 400: limit: is too large'),
    })
  })

  it('shows a filter that is wrong, with a mark under the place', async () => {
    const detail = 'The filter is wrong at character 8: there is no field "y".'
    const errors = [{ parameter: 'q', pointer: '/q', detail, position: 7, length: 1, expected: 'type' }]
    const url = await serve(json(400, { title: 'Bad Request', status: 400, errors }))
    await expect(ask(url, (client, allowance) => client.list({ q: 'type:x y:z' }, allowance))).rejects.toMatchObject({
      code: 'USAGE',
      message: `${detail}\n  type:x y:z\n         ^`,
    })
  })

  it('takes a 503 as unreachable', async () => {
    const url = await serve(json(503, { detail: 'MongoDB is away' }))
    await expect(ask(url, (client, allowance) => client.list({}, allowance))).rejects.toMatchObject({
      code: 'LOGGER_UNREACHABLE',
      canRetry: true,
    })
  })

  it.each([
    ['a page of HTML', '<html>'],
    ['another JSON', '{"events": {}}'],
    ['events without a type', '{"events": [{"id": "e-1", "timestamp": ""}]}'],
  ])('says so where what answers sends %s', async (_what, body) => {
    const url = await serve((_request, response) => void response.end(body))
    await expect(ask(url, (client, allowance) => client.list({}, allowance))).rejects.toMatchObject({
      code: 'LOGGER_ANSWER_INVALID',
    })
  })

  it('says that nothing answers, and why', async () => {
    const url = await serve(json(200, {}))
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve))
    await expect(ask(url, (client, allowance) => client.list({}, allowance))).rejects.toMatchObject({
      code: 'LOGGER_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('gives up at its deadline, also in the middle of an answer', async () => {
    const url = await serve((_request, response) => void response.writeHead(200).write('{"events": ['))
    await expect(ask(url, (client, allowance) => client.list({}, allowance), 100)).rejects.toMatchObject({
      code: 'TIMED_OUT',
    })
  })
})
