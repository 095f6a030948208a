import { type EventLog, type ListQuery, LogError } from '@house-helper/event-log'
import { silentLogger } from '@house-helper/events-core'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { fakeDeadLetters } from '../testing/fake-dead-letters.ts'
import { fakeLog, goMessage, measurements, record } from '../testing/fake-log.ts'
import { createApi } from './api.ts'
import { eventSchema } from './event-answer.ts'
import { eventPageSchema } from './event-routes.ts'
import { problemSchema } from './problem-details.ts'
import { topicListSchema } from './topic-routes.ts'

let app: FastifyInstance | undefined
afterEach(() => app?.close())

async function apiOver(log: Pick<EventLog, 'get' | 'list' | 'totals'>): Promise<FastifyInstance> {
  app = await createApi({
    log,
    deadLetters: fakeDeadLetters(),
    measurements,
    logger: silentLogger,
    host: '10.1.2.3',
    allowedHosts: ['logger.example'],
  })
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
    expect(problemSchema.parse(answer.json()).errors).toEqual([
      { parameter, pointer: `/${parameter}`, detail: expect.any(String) },
    ])
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
