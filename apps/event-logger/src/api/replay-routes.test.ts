import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { createFakeApi } from '../testing/fake-api.ts'
import { fakeReplays, replayRun } from '../testing/fake-replays.ts'
import { problemSchema } from './problem-details.ts'
import { replayListSchema, replayPlanSchema, replayRunSchema } from './replay-answer.ts'

let app: FastifyInstance | undefined
let asked: unknown[] = []
afterEach(() => app?.close())

async function api(): Promise<FastifyInstance> {
  asked = []
  app = await createFakeApi({ replays: fakeReplays(asked), host: '127.0.0.1', allowedHosts: [] })
  return app
}

const post = async (url: string, payload: object, headers: Record<string, string> = {}) =>
  (await api()).inject({ method: 'POST', url: `/api/v1${url}`, payload, headers })

describe('POST /api/v1/replay-plans', () => {
  it('hands the request on and answers the plan as its schema says', async () => {
    const request = { filter: { type: ['task.*'] }, groups: ['points'], ratePerSecond: 20, by: 'ada' }
    const answer = await post('/replay-plans', request)
    expect(replayPlanSchema.parse(answer.json())).toMatchObject({ id: 'plan-1', count: 3 })
    expect(asked).toEqual([request])
  })

  it.each([
    [{ filter: { type: { $ne: null } }, groups: ['points'] }, '/filter'],
    [{ groups: ['points'] }, '/filter'],
    [{ filter: 'id:x', groups: [{ $gt: '' }] }, '/groups/0'],
    [{ filter: 'id:x', groups: ['p'], ratePerSecond: 0 }, '/ratePerSecond'],
    [{ filter: 'id:x', groups: ['p'], until: [{ topic: 't', partition: -1 }] }, '/until/0/partition'],
    [{ filter: 'id:x', colour: 'red' }, '/colour'],
  ])('refuses %j and points at %s', async (request, pointer) => {
    const answer = await post('/replay-plans', request)
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors?.map((error) => error.pointer)).toContain(pointer)
    expect(asked).toEqual([])
  })
})

describe('POST /api/v1/replays', () => {
  it('runs a plan under the key that is given', async () => {
    const answer = await post('/replays', { planId: 'plan-1', ratePerSecond: 7 }, { 'idempotency-key': 'k-1' })
    expect(replayRunSchema.parse(answer.json())).toMatchObject({ id: 'run-1', state: 'running', remainingMs: 1_000 })
    expect(asked).toEqual([[{ planId: 'plan-1', ratePerSecond: 7 }, 'k-1']])
  })

  it('asks for a key, and for a plan that there is', async () => {
    const without = await post('/replays', { planId: 'plan-1' })
    expect(without.statusCode).toBe(400)
    expect(problemSchema.parse(without.json()).errors).toMatchObject([{ parameter: 'idempotency-key' }])
    const wrong = await post('/replays', { planId: 'plan-2' }, { 'idempotency-key': 'k-1' })
    expect(wrong.statusCode).toBe(400)
    expect(problemSchema.parse(wrong.json()).errors).toEqual([{ pointer: '/planId', detail: 'There is no such plan.' }])
  })
})

describe('a replay run', () => {
  it('can be read, listed, paused and resumed', async () => {
    const server = await api()
    expect(replayRunSchema.parse((await server.inject('/api/v1/replays/run-1')).json()).sent).toBe(1)
    expect(replayListSchema.parse((await server.inject('/api/v1/replays')).json()).replays).toHaveLength(1)
    expect(replayRunSchema.parse((await post('/replays/run-1/pause', { by: 'ada' })).json()).state).toBe('paused')
    expect(asked).toEqual([['paused', { by: 'ada' }]])
    expect(replayRunSchema.parse((await post('/replays/run-1/resume', {})).json()).state).toBe('running')
  })

  it('answers 404 where there is none, and 409 where it is in another state', async () => {
    const server = await api()
    for (const url of ['/replays/nobody', '/replays/nobody/progress', '/replay-plans/nobody']) {
      expect((await server.inject(`/api/v1${url}`)).statusCode).toBe(404)
    }
    expect((await post('/replays/nobody/pause', {})).statusCode).toBe(404)
    const conflict = await post('/replays/run-1/cancel', {})
    expect([conflict.statusCode, problemSchema.parse(conflict.json()).title]).toEqual([409, 'Conflict'])
  })

  it('streams its progress to its end', async () => {
    const answer = await (await api()).inject('/api/v1/replays/run-1/progress')
    expect(answer.headers['content-type']).toContain('text/event-stream')
    const events = answer.body.split('\n\n').filter(Boolean)
    expect(events.map((event) => event.split('\n')[0])).toEqual(['event: progress', 'event: progress'])
    const states = events.map((event) => JSON.parse(event.split('\ndata: ')[1] ?? '').state)
    expect(states).toEqual([replayRun.state, 'done'])
  })

  it.each(['/replay-plans', '/replays', '/replays/run-1/pause', '/replays/run-1/resume', '/replays/run-1/cancel'])(
    'POST %s asks nobody where the request may come from a page of somebody else',
    async (url) => {
      expect((await post(url, {}, { origin: 'https://evil.example' })).statusCode).toBe(403)
      expect((await post(url, {}, { host: 'evil.example' })).statusCode).toBe(421)
      expect((await post(url, {}, { 'content-type': 'text/plain' })).statusCode).toBe(415)
      expect(asked).toEqual([])
    },
  )
})
