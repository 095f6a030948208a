import type { EventLog } from '@house-helper/event-log'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { createFakeApi } from '../testing/fake-api.ts'
import { fakeLog, record } from '../testing/fake-log.ts'
import { problemSchema } from './problem-details.ts'

let app: FastifyInstance | undefined
afterEach(() => app?.close())

async function apiOver(log: EventLog): Promise<FastifyInstance> {
  app = await createFakeApi({ log })
  return app
}

describe('every answer', () => {
  it.each(['/nowhere', '/api/v1/events/%zz', `/api/v1/events/${'x'.repeat(2000)}`])(
    'to %s is a problem',
    async (url) => {
      const answer = await (await apiOver(fakeLog([]))).inject(url)
      expect(answer.statusCode).toBeGreaterThanOrEqual(400)
      expect(answer.statusCode).toBeLessThan(500)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(problemSchema.parse(answer.json()).requestId).toBe(answer.headers['x-request-id'])
    },
  )

  it("carries the caller's request id where it is harmless, else one of its own", async () => {
    const api = await apiOver(fakeLog([]))
    const ids = ['req-1', 'with space', undefined].map(async (id) => {
      const answer = await api.inject({
        url: '/api/v1/topics',
        headers: id === undefined ? {} : { 'x-request-id': id },
      })
      return answer.headers['x-request-id']
    })
    expect(await Promise.all(ids)).toEqual(['req-1', expect.stringMatching(/^[0-9a-f-]{36}$/), expect.any(String)])
  })

  it('forbids caches and sniffing', async () => {
    const answer = await (await apiOver(fakeLog([]))).inject('/api/v1/topics')
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  })
})

describe('guards', () => {
  it.each(['localhost:8080', '127.0.0.1', '127.1.2.3:1', '[::1]:8080', '10.1.2.3', 'LOGGER.example:443'])(
    'let a request to %s pass',
    async (host) => {
      const answer = await (await apiOver(fakeLog([]))).inject({ url: '/api/v1/topics', headers: { host } })
      expect(answer.statusCode).toBe(200)
    },
  )

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.1.2.4', 'a b', 'x@localhost'])(
    'refuse a request to %j, reading too',
    async (host) => {
      const answer = await (await apiOver(fakeLog([record()]))).inject({ url: '/api/v1/events', headers: { host } })
      expect(answer.statusCode).toBe(421)
      expect(problemSchema.parse(answer.json()).detail).toContain('HTTP_ALLOWED_HOSTS')
    },
  )

  const json = { 'content-type': 'application/json' }
  it.each([
    ['no content type', {}, 415],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['text that only begins like JSON', { 'content-type': 'application/json-seq' }, 415],
    ['a foreign Origin', { ...json, origin: 'https://evil.example' }, 403],
    ['an opaque Origin', { ...json, origin: 'null' }, 403],
    ['JSON from our own page', { ...json, origin: 'http://localhost:8080' }, 404],
    ['JSON from no page', json, 404],
  ])('meet a state-changing request with %s', async (_what, headers, status) => {
    const api = await apiOver(fakeLog([]))
    const answer = await api.inject({ method: 'POST', url: '/api/v1/events', headers, payload: '{}' })
    expect(answer.statusCode).toBe(status)
  })
})
