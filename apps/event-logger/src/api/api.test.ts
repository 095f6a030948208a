import type { EventLog, EventRecord, ListQuery } from '@house-helper/event-log'
import { LogError } from '@house-helper/event-log'
import { silentLogger } from '@house-helper/events-core'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { createApi } from './api.ts'
import { eventSchema } from './event-answer.ts'
import { eventPageSchema } from './event-routes.ts'
import { problemSchema } from './problem.ts'
import { topicListSchema } from './topic-routes.ts'

const goMessage = `{ "id": "20251009120000-abc123", "type": "task.completed", "source": "api-service",
  "householdId": "household-001", "userId": "user-001", "timestamp": "2025-10-09T12:00:00Z", "version": "1.0",
  "data": { "taskId": "task-001", "big": 9007199254740993, "10": 1, "2": "},]\\"" },
  "metadata": { "correlationId": "req-xyz789" } }`

function record(fields: Partial<EventRecord> = {}): EventRecord {
  return {
    recordId: '20251009120000-abc123',
    id: '20251009120000-abc123',
    type: 'task.completed',
    source: 'api-service',
    subject: 'household-001',
    householdId: 'household-001',
    userId: 'user-001',
    timestamp: '2025-10-09T12:00:00Z',
    time: new Date('2025-10-09T12:00:00Z'),
    version: '1.0',
    correlationId: 'req-xyz789',
    causationId: undefined,
    contract: 'ok',
    issues: [],
    data: {},
    metadata: { correlationId: 'req-xyz789' },
    view: 'stored',
    conflict: false,
    topic: 'house-helper.tasks',
    partition: 1,
    offset: 42,
    generation: 1,
    brokerTime: new Date('2025-10-09T12:00:01Z'),
    key: null,
    headers: [],
    value: Buffer.from(goMessage),
    recordedAt: new Date('2025-10-09T12:00:02Z'),
    ...fields,
  }
}

/** A log over an array, which notes what it was asked. */
function fakeLog(records: readonly EventRecord[], asked: ListQuery[] = []): EventLog {
  return {
    list: async (query = {}) => {
      asked.push(query)
      const from = Number(query.cursor ?? 0)
      const end = from + (query.limit ?? 50)
      return { items: records.slice(from, end), next: end < records.length ? String(end) : undefined }
    },
    get: async (id) => records.find(({ recordId }) => recordId === id),
    totals: async () => [{ topic: 'house-helper.tasks', recorded: 3, repeats: 1, conflicts: 0, quarantined: 2 }],
    quarantine: async () => ({ items: [], next: undefined }),
  }
}

const measurements = {
  lag: () => [{ topic: 'house-helper.tasks', partition: 1, messages: 5, seconds: 1.5 }],
  sizes: () => [
    { topic: 'house-helper.tasks', partition: 1, bytes: 1000 },
    { topic: 'house-helper.bills', partition: 0, bytes: 7 },
  ],
}

let app: FastifyInstance | undefined
afterEach(() => app?.close())

async function apiOver(log: EventLog): Promise<FastifyInstance> {
  app = await createApi({ log, measurements, logger: silentLogger, host: '10.1.2.3', allowedHosts: ['logger.example'] })
  return app
}

describe('GET /api/v1/events/{id}', () => {
  it('answers an event as its schema says, with data as the publisher wrote it', async () => {
    const answer = await (await apiOver(fakeLog([record()]))).inject('/api/v1/events/20251009120000-abc123')
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain('application/json')
    expect(answer.payload).toContain('"data":{ "taskId": "task-001", "big": 9007199254740993, "10": 1, "2": "},]\\"" }')
    const event = eventSchema.parse(answer.json())
    expect(event).toMatchObject({
      timestamp: '2025-10-09T12:00:00Z',
      metadata: { correlationId: 'req-xyz789' },
      position: { topic: 'house-helper.tasks', partition: 1, offset: 42 },
      recordedAt: '2025-10-09T12:00:02.000Z',
    })
  })

  it('finds a conflict by its record id, in which there are slashes', async () => {
    const recordId = `${'x'.repeat(128)}@house-helper.tasks/1/42`
    const api = await apiOver(fakeLog([record({ recordId, conflict: true })]))
    const answer = await api.inject(`/api/v1/events/${encodeURIComponent(recordId)}`)
    expect(answer.json()).toMatchObject({ recordId, conflict: true })
  })

  it('leaves out what the event does not have', async () => {
    const value = Buffer.from(goMessage.replace(/,\s+"metadata".*$/s, ' }'))
    const api = await apiOver(fakeLog([record({ value, metadata: undefined, userId: undefined })]))
    const event = eventSchema.parse((await api.inject('/api/v1/events/20251009120000-abc123')).json())
    expect(Object.keys(event)).not.toContain('metadata')
    expect(Object.keys(event)).not.toContain('userId')
  })

  it('says 404 for an event that is not there', async () => {
    const answer = await (await apiOver(fakeLog([]))).inject('/api/v1/events/nobody')
    expect(answer.statusCode).toBe(404)
    expect(problemSchema.parse(answer.json()).detail).toContain('"nobody"')
  })
})

describe('GET /api/v1/events', () => {
  it('hands filters on as they are and answers a page as its schema says', async () => {
    const asked: ListQuery[] = []
    const api = await apiOver(fakeLog([record()], asked))
    const query = 'household=h&user=u&subject=s&type=task.completed&since=2025-10-09T14:00:00%2B02:00&limit=7'
    const answer = await api.inject(`/api/v1/events?${query}`)
    expect(eventPageSchema.parse(answer.json()).events).toHaveLength(1)
    expect(asked).toEqual([
      {
        subject: 's',
        householdId: 'h',
        userId: 'u',
        type: 'task.completed',
        since: '2025-10-09T14:00:00+02:00',
        limit: 7,
        cursor: undefined,
      },
    ])
  })

  it('goes through all events page by page', async () => {
    const records = Array.from({ length: 130 }, (_, index) => record({ recordId: `e-${index}` }))
    const api = await apiOver(fakeLog(records))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const answer = await api.inject(`/api/v1/events?limit=60${cursor === undefined ? '' : `&cursor=${cursor}`}`)
      const page = eventPageSchema.parse(answer.json())
      seen.push(...page.events.map(({ recordId }) => recordId))
      cursor = page.next
    } while (cursor !== undefined)
    expect(seen).toEqual(records.map(({ recordId }) => recordId))
  })

  it('cuts a page of large events short and says where it goes on', async () => {
    const value = Buffer.from(goMessage.replace('task-001', 'x'.repeat(1_000_000)))
    const api = await apiOver(fakeLog(Array.from({ length: 60 }, () => record({ value }))))
    const page = eventPageSchema.parse((await api.inject('/api/v1/events?limit=60')).json())
    expect(page.events).toHaveLength(25)
    expect(page.next).toBe('25')
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['type=a&type=b', 'type'],
    ['type[$ne]=a', 'type[$ne]'],
    ['household=', 'household'],
    ['since=yesterday', 'since'],
    ['since=2025-10-09T14:00:00+02:00', 'since'],
    ['nonsense=1', 'nonsense'],
    ['__proto__=1', '__proto__'],
  ])('refuses ?%s and names %s', async (query, parameter) => {
    const asked: ListQuery[] = []
    const answer = await (await apiOver(fakeLog([], asked))).inject(`/api/v1/events?${query}`)
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors).toEqual([{ parameter, detail: expect.any(String) }])
    expect(asked).toEqual([])
  })

  it('names every wrong parameter at once', async () => {
    const answer = await (await apiOver(fakeLog([]))).inject('/api/v1/events?limit=x&since=x&colour=red')
    expect(
      answer
        .json()
        .errors.map(({ parameter }: { parameter: string }) => parameter)
        .sort(),
    ).toEqual(['colour', 'limit', 'since'])
  })

  it.each([
    ['LOG_CURSOR_INVALID', 400],
    ['LOG_QUERY_TIMEOUT', 503],
    ['LOG_UNREACHABLE', 503],
    ['LOG_DOCUMENT_INVALID', 500],
  ] as const)('answers %s of the log with %i', async (code, status) => {
    const list = async (): Promise<never> => {
      throw new LogError(code, 'Told by the log.')
    }
    const answer = await (await apiOver({ ...fakeLog([]), list })).inject('/api/v1/events')
    expect(answer.statusCode).toBe(status)
    expect(problemSchema.parse(answer.json()).status).toBe(status)
  })

  it('keeps to itself what an unforeseen error says', async () => {
    const list = async (): Promise<never> => {
      throw new Error('secret')
    }
    const answer = await (await apiOver({ ...fakeLog([]), list })).inject('/api/v1/events')
    expect(answer.statusCode).toBe(500)
    expect(answer.payload).not.toContain('secret')
  })
})

describe('GET /api/v1/topics', () => {
  it('joins what was recorded with lag and size', async () => {
    const answer = await (await apiOver(fakeLog([]))).inject('/api/v1/topics')
    expect(topicListSchema.parse(answer.json()).topics).toEqual([
      {
        topic: 'house-helper.bills',
        recorded: 0,
        repeats: 0,
        conflicts: 0,
        quarantined: 0,
        partitions: [{ partition: 0, sizeBytes: 7 }],
      },
      {
        topic: 'house-helper.tasks',
        recorded: 3,
        repeats: 1,
        conflicts: 0,
        quarantined: 2,
        partitions: [{ partition: 1, lagMessages: 5, lagSeconds: 1.5, sizeBytes: 1000 }],
      },
    ])
  })
})

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
