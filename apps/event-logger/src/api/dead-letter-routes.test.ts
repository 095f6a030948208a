import type { DeadLetter, DeadLetterQuery, RedriveCommand } from '@house-helper/event-log'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { createFakeApi } from '../testing/fake-api.ts'
import { deadLetter, fakeDeadLetters } from '../testing/fake-dead-letters.ts'
import {
  commandResultSchema,
  deadLetterGroupsSchema,
  deadLetterPageSchema,
  deadLetterSchema,
} from './dead-letter-answer.ts'
import { problemSchema } from './problem-details.ts'

let app: FastifyInstance | undefined
let asked: (DeadLetterQuery | RedriveCommand)[] = []
afterEach(() => app?.close())

async function apiOver(letters: readonly DeadLetter[]): Promise<FastifyInstance> {
  asked = []
  app = await createFakeApi({ deadLetters: fakeDeadLetters(letters, asked), host: '127.0.0.1', allowedHosts: [] })
  return app
}

const unreadable = deadLetter({
  ...{ id: 'unreadable', event: undefined, note: undefined, subject: undefined, key: null, value: null },
  unreadable: { reason: 'headers-missing', message: 'There are none.' },
})

describe('GET /api/v1/dead-letters', () => {
  it('hands filters on as they are and answers a page as its schema says', async () => {
    const query = 'group=points&type=t&subject=s&fingerprint=f&state=open&since=2026-01-01T00:00:00Z&limit=7&cursor=c'
    const answer = await (await apiOver([deadLetter(), unreadable])).inject(`/api/v1/dead-letters?${query}`)
    const { deadLetters, next } = deadLetterPageSchema.parse(answer.json())
    expect(next).toBe('more')
    expect(deadLetters).toMatchObject([
      {
        ...{ id: '0123456789abcdef01234567', group: 'points', eventId: 'e-1', kind: 'live', attempts: 5 },
        position: { topic: 'house-helper.tasks', partition: 1, offset: 41 },
      },
      { id: 'unreadable', unreadable: { reason: 'headers-missing' } },
    ])
    expect(asked).toEqual([
      {
        ...{ group: 'points', type: 't', subject: 's', fingerprint: 'f', state: 'open', limit: 7, cursor: 'c' },
        since: '2026-01-01T00:00:00Z',
      },
    ])
  })

  it.each(['state=closed', 'limit=0', 'since=now', 'group=', 'colour=red', 'group=a&group=b'])(
    'refuses ?%s',
    async (query) => {
      const answer = await (await apiOver([])).inject(`/api/v1/dead-letters?${query}`)
      expect(answer.statusCode).toBe(400)
      expect(problemSchema.parse(answer.json()).errors).toMatchObject([{ parameter: query.split('=')[0] }])
      expect(asked).toEqual([])
    },
  )
})

it('GET /api/v1/dead-letters/groups counts by group and error', async () => {
  const answer = await (await apiOver([deadLetter(), unreadable])).inject('/api/v1/dead-letters/groups?state=open')
  expect(deadLetterGroupsSchema.parse(answer.json()).groups).toMatchObject([
    { group: 'points', fingerprint: 'f-1', count: 1, failure: { code: 'HANDLER_FAILED' } },
    { exampleId: 'unreadable' },
  ])
  expect(asked).toEqual([{ state: 'open', limit: 50 }])
})

describe('GET /api/v1/dead-letters/{id}', () => {
  it('answers the original message, as text where it is text', async () => {
    const api = await apiOver([deadLetter(), unreadable])
    const letter = deadLetterSchema.parse((await api.inject('/api/v1/dead-letters/0123456789abcdef01234567')).json())
    expect(letter).toMatchObject({
      key: { text: 'household-001' },
      headers: [{ name: 'odd', value: { base64: '/w==' } }],
      value: { text: '{"big":9007199254740993}' },
    })
    const other = deadLetterSchema.parse((await api.inject('/api/v1/dead-letters/unreadable')).json())
    expect(other).toMatchObject({ key: null, value: null })
  })

  it('says 404 for one that is not there', async () => {
    const answer = await (await apiOver([])).inject('/api/v1/dead-letters/nobody')
    expect(answer.statusCode).toBe(404)
    expect(problemSchema.parse(answer.json()).detail).toContain('"nobody"')
  })
})

describe.each(['redrive', 'discard'])('POST /api/v1/dead-letters/%s', (verb) => {
  const url = `/api/v1/dead-letters/${verb}`
  const post = async (payload: object, headers = {}) =>
    (await apiOver([deadLetter()])).inject({ method: 'POST', url, payload, headers })

  it('hands the command on and answers what was done', async () => {
    const command = { filter: { group: 'points', since: '2026-01-01T00:00:00Z' }, dryRun: true, limit: 5, by: 'ada' }
    const answer = await post(command)
    expect(commandResultSchema.parse(answer.json())).toMatchObject({
      matched: 1,
      sample: [{ eventId: 'e-1' }],
      next: 'more',
    })
    expect(asked).toEqual([command])
  })

  it.each([
    [{ ids: [] }, '/ids'],
    [{ filter: { group: { $ne: null } } }, '/filter/group'],
    [{ filter: { colour: 'red' } }, '/filter/colour'],
    [{ ids: ['a'], force: true }, '/force'],
    [{ ids: ['a'], limit: 0 }, '/limit'],
    [{ ids: ['a'], ratePerSecond: 0 }, '/ratePerSecond'],
  ])('refuses %j and points at %s', async (command, pointer) => {
    const answer = await post(command)
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors).toMatchObject([{ pointer }])
    expect(asked).toEqual([])
  })

  it('asks nobody where the request may come from a page of somebody else', async () => {
    expect((await post({ ids: ['a'] }, { origin: 'https://evil.example' })).statusCode).toBe(403)
    expect((await post({ ids: ['a'] }, { host: 'evil.example' })).statusCode).toBe(421)
    const form = { 'content-type': 'text/plain' }
    const answer = await (await apiOver([])).inject({ method: 'POST', url, payload: '{"ids":["a"]}', headers: form })
    expect(answer.statusCode).toBe(415)
    expect(asked).toEqual([])
  })
})
