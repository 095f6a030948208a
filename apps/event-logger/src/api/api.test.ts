import { type EventLog, LogError } from '@house-helper/event-log'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { createFakeApi } from '../testing/fake-api.ts'
import { type Asked, fakeLog, goMessage, record } from '../testing/fake-log.ts'
import { coveredEventSchema, eventPageSchema } from './event-answer.ts'
import { problemSchema } from './problem-details.ts'
import { topicListSchema } from './topic-routes.ts'

let app: FastifyInstance | undefined
afterEach(() => app?.close())

async function apiOver(log: EventLog): Promise<FastifyInstance> {
  app = await createFakeApi({ log })
  return app
}

describe('GET /api/v1/events/{id}', () => {
  it('answers an event as its schema says, with data as the publisher wrote it, and how far the log is', async () => {
    const answer = await (await apiOver(fakeLog([record()]))).inject('/api/v1/events/20251009120000-abc123')
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain('application/json')
    expect(answer.payload).toContain('"data":{ "taskId": "task-001", "big": 9007199254740993, "10": 1, "2": "},]\\"" }')
    const event = coveredEventSchema.parse(answer.json())
    expect(event).toMatchObject({
      timestamp: '2025-10-09T12:00:00Z',
      metadata: { correlationId: 'req-xyz789' },
      position: { topic: 'house-helper.tasks', partition: 1, offset: 42 },
      recordedAt: '2025-10-09T12:00:02.000Z',
      coverage: { complete: false, missing: 1 },
    })
  })

  it.each([
    { version: '2.0', data: { taskIds: ['task-001'] } },
    { version: '2.0', issues: [{ path: 'data', message: 'the upcast from 1.0 to 2.0 threw TypeError' }] },
  ])('shows what a handler gets of an older version now, beside what is stored: %j', async (current) => {
    const api = await apiOver(fakeLog([record()], [], current))
    const event = coveredEventSchema.parse((await api.inject('/api/v1/events/20251009120000-abc123')).json())
    expect(event).toMatchObject({ version: '1.0', data: { taskId: 'task-001' }, current })
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
    const event = coveredEventSchema.parse((await api.inject('/api/v1/events/20251009120000-abc123')).json())
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
  it('hands the filter on as it is and answers a page as its schema says', async () => {
    const asked: Asked = []
    const api = await apiOver(fakeLog([record()], asked))
    const q = 'type:task.* since:2h household:"h 1"'
    const answer = await api.inject(`/api/v1/events?q=${encodeURIComponent(q)}&limit=7`)
    const page = eventPageSchema.parse(answer.json())
    expect(page.events).toHaveLength(1)
    expect(page).toMatchObject({
      filter: 'type:as.understood',
      coverage: { complete: false, missing: 1, measuredAt: '2026-01-01T00:00:00.000Z' },
    })
    expect(asked).toEqual([['list', { filter: q, limit: 7, cursor: undefined }]])
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

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['q=a&q=b', 'q'],
    ['q[$ne]=a', 'q[$ne]'],
    ['household=h', 'household'],
    ['cursor=', 'cursor'],
    ['nonsense=1', 'nonsense'],
    ['__proto__=1', '__proto__'],
  ])('refuses ?%s and names %s', async (query, parameter) => {
    const asked: Asked = []
    const answer = await (await apiOver(fakeLog([], asked))).inject(`/api/v1/events?${query}`)
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors).toEqual([
      { parameter, pointer: `/${parameter}`, detail: expect.any(String) },
    ])
    expect(asked).toEqual([])
  })

  it('points at the character at which a filter is wrong, and says what would be right', async () => {
    const asked: Asked = []
    const q = 'type:task.* houshold:h_42'
    const answer = await (await apiOver(fakeLog([], asked))).inject(`/api/v1/events?q=${encodeURIComponent(q)}`)
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors).toEqual([
      {
        ...{ parameter: 'q', pointer: '/q', position: 12, length: 8 },
        expected: expect.stringMatching(/^household/),
        detail: expect.stringContaining('at character 13'),
      },
    ])
    expect(asked).toEqual([])
  })

  it('names every wrong parameter at once', async () => {
    const answer = await (await apiOver(fakeLog([]))).inject('/api/v1/events?limit=x&cursor=&colour=red')
    const errors: { parameter: string }[] = answer.json().errors
    expect(errors.map(({ parameter }) => parameter).sort()).toEqual(['colour', 'cursor', 'limit'])
  })

  it.each([
    ['LOG_CURSOR_INVALID', 400],
    ['LOG_VECTOR_INVALID', 400],
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
