import { randomUUID } from 'node:crypto'
import { createDeadLetters, createDeliveryReader, createEventLog, RECORD_INDEXES } from '@house-helper/event-log'
import { createMemoryTransport } from '@house-helper/transport-memory'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { type CommandStartedEvent, MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFakeApi } from '../testing/fake-api.ts'
import { problemSchema } from './problem-details.ts'

/** Operators of MongoDB, those first that the log's own queries never use. */
const operators = [
  ...['$where', '$ne', '$nin', '$regex', '$options', '$not', '$type', '$jsonSchema', '$function', '$accumulator'],
  ...['$text', '$mod', '$all', '$elemMatch', '$size', '$expr', '$exists', '$comment', '$rand', '$geoWithin'],
  ...['$gt', '$gte', '$lt', '$or', '$in'],
] as const
/** What would show that a payload was taken for more than a text. */
const mark = (index: number): string => `payload-${index}-of-an-attacker`

let client: MongoClient
let app: FastifyInstance
let commands: CommandStartedEvent[]
const name = `api-${randomUUID()}`
const transport = createMemoryTransport()

beforeAll(async () => {
  const uri = process.env.MONGODB_URI
  if (!uri) throw new Error('Set MONGODB_URI to a server for tests, or run the tests with pnpm test.')
  client = await new MongoClient(uri, { monitorCommands: true }).connect()
  client.on('commandStarted', (event) => commands.push(event))
  commands = []
  const db = client.db(name)
  await db.collection('records').createIndexes([...RECORD_INDEXES])
  app = await createFakeApi({
    log: createEventLog(db),
    deadLetters: createDeadLetters({ db, transport }),
    deliveries: createDeliveryReader({ db, transport, ownGroupId: 'logger' }),
    host: 'localhost',
  })
}, 30_000)
beforeEach(() => {
  commands = []
})
afterAll(async () => {
  await app?.close()
  await transport.close()
  await client?.db(name).dropDatabase()
  await client?.close()
})

/** Every text in a value, with the keys that lead to it. */
function textsIn(value: unknown, path: readonly string[] = []): { text: string; path: readonly string[] }[] {
  if (typeof value === 'string') return [{ text: value, path }]
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return []
  return Object.entries(value).flatMap(([key, member]) => textsIn(member, [...path, key]))
}

/** Checks that no operator of a payload is in what MongoDB was sent. */
function checkCommands(): void {
  for (const { command, commandName } of commands) {
    const marked = textsIn(command).filter(({ text }) => text.includes('-of-an-attacker'))
    for (const { text, path } of marked) {
      // A payload that came through is one text, under an operator of the log's own: never under its own.
      expect(path.filter((key) => key.startsWith('$')).at(-1), `${commandName}: ${path.join('.')}`).toMatch(
        /^\$(eq|in|gte|lt)$/,
      )
      expect(text).not.toMatch(/^payload-/)
    }
  }
}

/** Sends payloads, and checks that each is refused or taken as a text, and that no operator of it reaches MongoDB. */
async function attack(requests: readonly InjectOptions[]): Promise<number[]> {
  expect(requests).toHaveLength(50)
  const statuses = await Promise.all(
    requests.map(async (request) => {
      const answer = await app.inject({ headers: { host: 'localhost' }, ...request })
      if (answer.statusCode >= 400) {
        expect(problemSchema.parse(answer.json()).requestId).toBe(answer.headers['x-request-id'])
      }
      return answer.statusCode
    }),
  )
  const unforeseen = statuses.filter((status) => ![200, 400, 404].includes(status))
  expect(unforeseen).toEqual([])
  checkCommands()
  return statuses
}

/** An object of JSON as a text, and as brackets in the parameter's name, as some servers read it. */
function inQuery(path: string, parameter: string, wrap = (text: string) => text): InjectOptions[] {
  const text = (operator: string, index: number) => wrap(JSON.stringify({ [operator]: mark(index) }))
  return [
    ...operators.map((operator, index) => ({ url: path, query: { [parameter]: text(operator, index) } })),
    ...operators.map((operator, index) => ({ url: path, query: { [`${parameter}[${operator}]`]: mark(index) } })),
  ]
}

const quotedHousehold = (text: string): string => `household:"${text.replace(/["\\]/g, '\\$&')}"`

describe('50 operators of MongoDB', () => {
  it.each([
    ['/events', 'q'],
    ['/events', 'limit'],
    ['/events', 'cursor'],
    ['/events/export', 'q'],
    ['/events/export', 'asOf'],
    ['/events/stream', 'q'],
    ['/events/stream', 'from'],
    ['/events/histogram', 'q'],
    ['/events/histogram', 'by'],
    ['/events/histogram', 'bucketMs'],
    ['/events/stats', 'by'],
    ['/events/e-1/causation', 'maxDepth'],
    ['/events/e-1/causation', 'maxEvents'],
    ['/correlations/c-1', 'limit'],
    ['/timelines/household/h', 'q'],
    ['/timelines/user/u', 'cursor'],
    ['/quarantine', 'cursor'],
    ['/dead-letters', 'state'],
    ['/dead-letters', 'since'],
    ['/dead-letters', 'until'],
    ['/dead-letters', 'cursor'],
    ['/dead-letters/groups', 'state'],
  ])('are refused as GET %s?%s=', async (path, parameter) => {
    const statuses = await attack(inQuery(`/api/v1${path}`, parameter))
    expect(new Set(statuses)).toEqual(new Set([400]))
  })

  it.each([
    ['/events', 'q', quotedHousehold],
    ['/events/stats', 'q', quotedHousehold],
    ['/events/export', 'q', quotedHousehold],
    ['/quarantine', 'topic', undefined],
    ['/dead-letters', 'group', undefined],
    ['/dead-letters', 'type', undefined],
    ['/dead-letters', 'subject', undefined],
    ['/dead-letters', 'fingerprint', undefined],
    ['/dead-letters/groups', 'group', undefined],
  ])('are looked for as a text, or refused, as GET %s?%s=', async (path, parameter, wrap) => {
    const statuses = await attack(inQuery(`/api/v1${path}`, parameter, wrap))
    expect(statuses.filter((status) => status === 200)).toHaveLength(25)
  })

  it.each(['/events/%s', '/events/%s/raw', '/events/%s/causation', '/events/%s/deliveries', '/dead-letters/%s'])(
    'are ids that nothing has as GET %s',
    async (path) => {
      const ids = operators.flatMap((operator, index) => [
        JSON.stringify({ [operator]: mark(index) }),
        `[${operator}]=${mark(index)}`,
      ])
      const statuses = await attack(ids.map((id) => ({ url: `/api/v1${path.replace('%s', encodeURIComponent(id))}` })))
      expect(new Set(statuses)).toEqual(new Set([404]))
    },
  )

  it.each(['/timelines/household/%s', '/timelines/user/%s', '/correlations/%s'])(
    'are looked for as a text as GET %s',
    async (path) => {
      const ids = operators.flatMap((operator, index) => [
        JSON.stringify({ [operator]: mark(index) }),
        `[${operator}]=${mark(index)}`,
      ])
      const statuses = await attack(ids.map((id) => ({ url: `/api/v1${path.replace('%s', encodeURIComponent(id))}` })))
      expect(new Set(statuses)).toEqual(new Set([200]))
    },
  )

  it('are refused as the header Last-Event-ID', async () => {
    const requests = operators.flatMap((operator, index) => [
      { url: '/api/v1/events/stream', headers: { 'last-event-id': JSON.stringify({ [operator]: mark(index) }) } },
      { url: '/api/v1/events/stream', headers: { 'last-event-id': `~${operator}${mark(index)}` } },
    ])
    const statuses = await attack(
      requests.map(({ url, headers }) => ({ url, headers: { ...headers, host: 'localhost' } })),
    )
    expect(new Set(statuses)).toEqual(new Set([400]))
  })

  it.each(['ids', 'filter', 'limit', 'by', 'cursor', 'dryRun'])('are refused as %s of a command', async (field) => {
    const requests = ['redrive', 'discard'].flatMap((verb) =>
      operators.map((operator, index) => ({
        method: 'POST' as const,
        url: `/api/v1/dead-letters/${verb}`,
        payload: { ids: ['d-1'], [field]: { [operator]: mark(index) } },
      })),
    )
    expect(new Set(await attack(requests))).toEqual(new Set([400]))
  })
})

it('an operator that does reach MongoDB is seen, so that the checks above can fail', async () => {
  await client
    .db(name)
    .collection('records')
    .findOne({ type: { $ne: mark(0) } })
  expect(checkCommands).toThrow()
})

it('each query has a time limit', async () => {
  const paths = [
    ...['/events', '/events?q=type:t.*', '/events?q=status:dead', '/events/e', '/events/e/raw', '/events/e/causation'],
    ...['/events/e/deliveries', '/events/histogram', '/events/stats', '/events/export', '/timelines/user/u'],
    ...['/correlations/c', '/coverage', '/quarantine', '/topics', '/dead-letters', '/dead-letters/groups'],
    '/dead-letters/d',
  ]
  for (const path of paths) await app.inject({ url: `/api/v1${path}`, headers: { host: 'localhost' } })
  const queries = commands.filter(({ commandName }) => !['getMore', 'endSessions', 'killCursors'].includes(commandName))
  expect(queries.length).toBeGreaterThan(paths.length - 1)
  for (const { command, commandName } of queries) {
    expect(command.maxTimeMS, `${commandName} ${JSON.stringify(command)}`).toBeGreaterThan(0)
  }
})
