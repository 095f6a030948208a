import { TransportError } from '@house-helper/events-core'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { ConsumerGroupsSeen } from '../consumer-groups.ts'
import { createFakeApi } from '../testing/fake-api.ts'
import { deadLetter } from '../testing/fake-dead-letters.ts'
import { type Asked, fakeLog, goMessage, record } from '../testing/fake-log.ts'
import type { ApiOptions } from './api.ts'
import { histogramSchema, statsSchema } from './count-routes.ts'
import { fullCoverageSchema } from './coverage-answer.ts'
import { deliveriesSchema } from './delivery-answer.ts'
import { groupListSchema } from './group-answer.ts'
import { problemSchema } from './problem-details.ts'
import { quarantinePageSchema } from './quarantine-routes.ts'
import { causationSchema, correlationSchema } from './trace-answer.ts'

let app: FastifyInstance | undefined
let asked: Asked = []
afterEach(() => app?.close())

async function get(url: string, options: Partial<ApiOptions> = {}) {
  asked = []
  app = await createFakeApi({ log: fakeLog([record()], asked), ...options })
  return await app.inject(`/api/v1${url}`)
}

/** The answer, which has to be as its schema says. */
async function answer<Schema extends z.ZodType>(url: string, schema: Schema, options: Partial<ApiOptions> = {}) {
  const response = await get(url, options)
  expect(response.statusCode).toBe(200)
  return schema.parse(response.json())
}

const id = '20251009120000-abc123'

describe('GET /api/v1/events/{id}/raw', () => {
  it('gives the exact bytes of the value, and the key', async () => {
    const key = Buffer.from('household-001')
    const response = await get(`/events/${id}/raw`, { log: fakeLog([record({ key })]) })
    expect(response.rawPayload).toEqual(Buffer.from(goMessage))
    expect(response.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-kafka-position': 'house-helper.tasks/1/42',
      'x-kafka-key-base64': key.toString('base64'),
    })
  })

  it('says 404 for an event that is not there', async () => {
    expect((await get('/events/nobody/raw')).statusCode).toBe(404)
  })
})

it('GET /api/v1/events/{id}/causation names what caused it, what it caused, and what is missing', async () => {
  const causation = await answer(`/events/${id}/causation?maxDepth=3`, causationSchema)
  expect(causation).toMatchObject({ event: { id }, missingCause: 'gone', descendants: [{ event: { id: 'effect' } }] })
  expect(asked).toEqual([['causation', id, { maxDepth: 3, maxEvents: undefined }]])
  expect((await get('/events/nobody/causation')).statusCode).toBe(404)
})

it('GET /api/v1/correlations/{id} gives the events that belong together', async () => {
  const correlation = await answer('/correlations/req-1?limit=7', correlationSchema)
  expect(correlation).toMatchObject({ correlationId: 'req-1', events: [{ event: { id }, depth: 0 }] })
  expect(asked).toEqual([['correlation', 'req-1', { limit: 7 }]])
})

describe('counting', () => {
  it('answers GET /api/v1/events/histogram', async () => {
    const histogram = await answer('/events/histogram?q=since:2h&by=topic&bucketMs=60000', histogramSchema)
    expect(histogram.buckets).toMatchObject([{ total: 2 }])
    expect(asked).toEqual([['histogram', { filter: 'since:2h', by: 'topic', bucketMs: 60_000 }]])
  })

  it('answers GET /api/v1/events/stats', async () => {
    expect(await answer('/events/stats?q=since:2h', statsSchema)).toMatchObject({ total: 2, complete: true })
    expect(asked).toEqual([['stats', { filter: 'since:2h', by: undefined }]])
  })

  it.each(['by=$where', 'bucketMs=0', 'bucketMs=-1', 'bucketMs=1.5', 'q=colour:red'])('refuses ?%s', async (query) => {
    const response = await get(`/events/histogram?${query}`)
    expect(response.statusCode).toBe(400)
    expect(problemSchema.parse(response.json()).errors).toMatchObject([{ parameter: query.split('=')[0] }])
    expect(asked).toEqual([])
  })
})

it('GET /api/v1/coverage says how far each partition is recorded', async () => {
  expect(await answer('/coverage', fullCoverageSchema)).toMatchObject({
    ...{ complete: false, missing: 1 },
    partitions: [{ topic: 'house-helper.bills' }, { generation: 2, next: 42, end: 43, missing: 1 }],
  })
})

it('GET /api/v1/quarantine gives messages that are no events, byte for byte', async () => {
  const page = await answer('/quarantine?topic=house-helper.tasks&limit=3', quarantinePageSchema)
  expect(page.messages).toMatchObject([{ reason: 'not-utf8', value: { base64: '/w==' }, headers: [{ name: 'odd' }] }])
  expect(asked).toEqual([['quarantine', { topic: 'house-helper.tasks', limit: 3, cursor: undefined }]])
})

describe('GET /api/v1/events/{id}/deliveries', () => {
  it('says where each group stands', async () => {
    const unknown = {
      ...{ handles: undefined, members: undefined, before: undefined, attempts: undefined, deadLetter: undefined },
      ...{ redrivePassed: undefined, replays: [], inbox: [], inboxRead: true },
    }
    const deliveries = {
      of: async () => ({
        at: new Date('2026-01-01T00:00:00Z'),
        groups: [
          { ...unknown, group: 'dark', state: 'unknown' as const, reason: 'hidden' as const },
          { ...unknown, group: 'points', state: 'dead' as const, reason: undefined, deadLetter: deadLetter() },
        ],
      }),
    }
    const { deliveries: seen } = await answer(`/events/${id}/deliveries`, deliveriesSchema, { deliveries })
    expect(seen).toMatchObject([
      { group: 'dark', state: 'unknown', reason: 'hidden' },
      { group: 'points', state: 'dead', deadLetter: { lastFailure: { code: 'HANDLER_FAILED' } } },
    ])
  })

  it.each([
    ['TIMEOUT', 503],
    ['UNREACHABLE', 503],
    ['NOT_AUTHORIZED', 503],
  ] as const)('answers with %s of Kafka as %i, and does not tell who may do what', async (code, status) => {
    const deliveries = { of: () => Promise.reject(new TransportError(code, 'The user logger lacks an ACL.')) }
    const response = await get(`/events/${id}/deliveries`, { deliveries })
    expect(response.statusCode).toBe(status)
    expect(response.payload).not.toContain('ACL')
  })
})

it('GET /api/v1/consumer-groups shows lag in events and in seconds, and what members announced', async () => {
  const handles = [{ type: 'task.completed', version: '1.0', onReplay: 'skip' as const }]
  const announcement = { protocol: 1 as const, packages: { p: '1.0.0' }, domains: { tasks: '1.0.0' }, handles }
  const progress = {
    ...{ clean: true, crashes: 0, done: [{ from: 7, to: 9 }] },
    tried: [
      { offset: 5, attempts: 1, running: true },
      { offset: 6, attempts: 3, running: false },
    ],
  }
  const place = { topic: 'house-helper.tasks', partition: 1 }
  const seen: ConsumerGroupsSeen = {
    at: new Date('2026-01-01T00:00:00Z'),
    groups: [
      {
        ...{ groupId: 'points', state: 'stable', receives: [place.topic] },
        members: [{ id: 'm-1', clientId: 'c', host: '127.0.0.1', partitions: [place], announcement }],
        partitions: [
          { ...place, low: 0, high: 10, committed: 5, progress, lag: 5, lagSeconds: 30 },
          {
            ...place,
            partition: 2,
            low: 0,
            high: 3,
            committed: undefined,
            progress: undefined,
            lag: 3,
            lagSeconds: 60,
          },
        ],
      },
    ],
    hidden: [{ groupId: 'dark', problem: { code: 'NOT_AUTHORIZED', message: 'It lacks Describe on Group:dark.' } }],
  }
  expect(await answer('/consumer-groups', groupListSchema, { groups: { look: async () => seen } })).toMatchObject({
    groups: [
      {
        ...{ group: 'points', state: 'stable', lagEvents: 8, lagSeconds: 60 },
        members: [{ announcement: { handles, packages: { p: '1.0.0' } } }],
        partitions: [
          { partition: 1, committed: 5, end: 10, lagEvents: 5, lagSeconds: 30, doneAhead: 2, retrying: 1 },
          { partition: 2, end: 3, lagEvents: 3, lagSeconds: 60 },
        ],
      },
    ],
    hidden: [{ group: 'dark', reason: 'It lacks Describe on Group:dark.' }],
    coverage: { complete: false },
  })
})
