import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { LogError } from '@house-helper/event-log'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { z } from 'zod'
import type { LogCare } from '../log-care.ts'
import { createFakeApi } from '../testing/fake-api.ts'
import { backfillSteps, fakeCare, retentionSteps, verificationSteps } from '../testing/fake-care.ts'
import { problemSchema } from './problem-details.ts'
import { retentionLineSchema } from './retention-routes.ts'
import { backfillLineSchema, verificationLineSchema } from './verification-answer.ts'

let app: FastifyInstance | undefined
afterEach(() => app?.close())

async function apiOver(care: LogCare): Promise<FastifyInstance> {
  app = await createFakeApi({ care })
  return app
}

/** The API on a port, for what inject cannot do: leave an answer before its end. */
async function urlOver(care: LogCare): Promise<string> {
  const { server } = await apiOver(care)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
}

function lines(payload: string, schema: z.ZodType): unknown[] {
  expect(payload.endsWith('\n')).toBe(true)
  const parts = payload.split('\n').slice(0, -1)
  return parts.map((line) => schema.parse(JSON.parse(line)))
}

const json = (steps: readonly object[]): unknown => JSON.parse(JSON.stringify(steps))
const backfill = (payload: object) => ({ method: 'POST', url: '/api/v1/backfills', payload }) as const

/** Care whose verification goes on until it is left, and says whether it was. */
function endlessCare(): { care: LogCare; state: { steps: number; hasLeft: boolean } } {
  const state = { steps: 0, hasLeft: false }
  const [progress] = verificationSteps.filter(({ kind }) => kind === 'progress')
  const care: LogCare = {
    ...fakeCare(),
    async *verify({ signal }) {
      try {
        for (; progress !== undefined && !signal.aborted; state.steps++) yield progress
      } finally {
        state.hasLeft = true
      }
    },
  }
  return { care, state }
}

describe('GET /api/v1/verification', () => {
  it('gives one step a line, as OpenAPI has them, and the summary at last', async () => {
    const asked: unknown[] = []
    const answer = await (await apiOver(fakeCare(asked))).inject('/api/v1/verification')
    expect(answer.headers['content-type']).toBe('application/x-ndjson')
    expect(lines(answer.payload, verificationLineSchema)).toEqual(json(verificationSteps))
    expect(asked).toEqual([['verify', undefined]])
  })

  it('takes a domain, or a topic, and names those that are recorded where it is another one', async () => {
    const asked: unknown[] = []
    const api = await apiOver(fakeCare(asked))
    await api.inject('/api/v1/verification?topic=tasks')
    await api.inject('/api/v1/verification?topic=house-helper.tasks')
    expect(asked).toEqual([
      ['verify', ['house-helper.tasks']],
      ['verify', ['house-helper.tasks']],
    ])
    const answer = await api.inject('/api/v1/verification?topic=pets')
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors).toEqual([
      {
        ...{ parameter: 'topic', pointer: '/topic' },
        detail: 'Nothing is recorded of the topic "pets"; recorded are house-helper.tasks.',
      },
    ])
    expect(asked).toHaveLength(2)
  })

  it('is made one at a time: another one gets 409, until the first has ended or was left', async () => {
    const { care, state } = endlessCare()
    const url = await urlOver(care)
    const first = await fetch(`${url}/verification`)
    const second = await fetch(`${url}/verification`)
    expect(second.status).toBe(409)
    expect(problemSchema.parse(await second.json()).detail).toContain('A verification is being made')
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${url}/backfills`, { method: 'POST', headers, body: '{}' })).status).toBe(409)
    expect((await fetch(`${url}/retention`)).status).toBe(409)
    await first.body?.cancel()
    await vi.waitFor(() => expect(state.hasLeft).toBe(true), { timeout: 5_000 })
    for (let times = 0; times < 2; times++) {
      const answer = await fetch(`${url}/retention`)
      expect(answer.status).toBe(200)
      await answer.text()
    }
  })

  it('goes no further than its reader, and ends with the API', async () => {
    const { care, state } = endlessCare()
    const response = await fetch(`${await urlOver(care)}/verification`)
    const reader = response.body?.getReader()
    await reader?.read()
    let before = -1
    await vi.waitFor(
      () => {
        const isSame = state.steps === before
        before = state.steps
        expect(isSame).toBe(true)
      },
      { timeout: 10_000, interval: 200 },
    )
    expect(state.hasLeft).toBe(false)
    const closed = app?.close()
    // What is in the buffers is still taken; there is no summary in it.
    let text = ''
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      text += Buffer.from(part.value).toString()
    }
    await closed
    expect(state.hasLeft).toBe(true)
    expect(text).not.toContain('summary')
  })

  it('answers 503 where it fails before the first step, and can be made again', async () => {
    let calls = 0
    const care: LogCare = {
      ...fakeCare(),
      async *verify() {
        if (calls++ === 0) throw new LogError('LOG_UNREACHABLE', 'MongoDB is away.')
        yield* verificationSteps
      },
    }
    const api = await apiOver(care)
    expect((await api.inject('/api/v1/verification')).statusCode).toBe(503)
    expect((await api.inject('/api/v1/verification')).statusCode).toBe(200)
  })
})

describe('POST /api/v1/backfills', () => {
  it('gives one step a line, as OpenAPI has them, and changes nothing in a dry run', async () => {
    const asked: unknown[] = []
    const api = await apiOver(fakeCare(asked))
    const answer = await api.inject(backfill({ topics: ['tasks'], isDryRun: true }))
    expect(lines(answer.payload, backfillLineSchema)).toEqual(json(backfillSteps))
    await api.inject(backfill({}))
    expect(asked).toEqual([
      ['backfill', ['house-helper.tasks'], true],
      ['backfill', undefined, false],
    ])
  })

  it.each([
    ['a foreign origin', { origin: 'https://evil.example', 'content-type': 'application/json' }, '{}', 403],
    ['a body that a page can send', { 'content-type': 'text/plain' }, '{}', 415],
    ['an operator', { 'content-type': 'application/json' }, '{"topics":[{"$ne":1}]}', 400],
    ['another field', { 'content-type': 'application/json' }, '{"dryRun":true}', 400],
  ])('refuses %s', async (_what, headers, payload, status) => {
    const asked: unknown[] = []
    const answer = await (await apiOver(fakeCare(asked))).inject({ ...backfill({}), headers, payload })
    expect(answer.statusCode).toBe(status)
    problemSchema.parse(answer.json())
    expect(asked).toEqual([])
  })

  it('points at the topic of which nothing is recorded', async () => {
    const answer = await (await apiOver(fakeCare())).inject(backfill({ topics: ['tasks', 'pets'] }))
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors).toMatchObject([{ pointer: '/topics/1' }])
  })
})

describe('GET /api/v1/retention', () => {
  it('says what a policy would remove, beside the one that is applied', async () => {
    const asked: unknown[] = []
    const api = await apiOver(fakeCare(asked))
    const answer = await api.inject('/api/v1/retention?keep=tasks=1d')
    const policy = { kind: 'policy', policy: { asked: 'tasks=1d', applied: 'bills=2h' } }
    expect(lines(answer.payload, retentionLineSchema)).toEqual([policy, ...(json(retentionSteps) as object[])])
    await api.inject('/api/v1/retention')
    expect(asked).toEqual([
      ['retention', [{ domain: 'tasks', keepMs: 86_400_000 }]],
      ['retention', [{ domain: 'bills', keepMs: 7_200_000 }]],
    ])
  })

  it('names each wrong part', async () => {
    const answer = await (await apiOver(fakeCare())).inject('/api/v1/retention?keep=tasks=soon%20pets=3d')
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors).toMatchObject([
      { parameter: 'keep', detail: expect.stringContaining('"tasks=soon"') },
      { parameter: 'keep', detail: expect.stringContaining('"pets=3d" names a domain that the logger does not know') },
    ])
  })
})
