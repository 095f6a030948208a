import { isHouseHelperError, silentLogger } from '@house-helper/events-core'
import { type CommandStartedEvent, type Db, type Document, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setting, uniqueName } from '../../test/stand.ts'
import { createEventLog, type EventLog, filterFields } from '../index.ts'
import { healthReasons } from '../recorder/health.ts'
import { makeIndexes } from '../recorder/index-building.ts'

/** Operators that the log's own queries are made of. */
const OWN_OPERATORS = new Set(
  [
    '$and',
    '$or',
    '$nor',
    '$eq',
    '$in',
    '$gt',
    '$gte',
    '$lt',
    '$lte',
    '$exists',
    '$match',
    '$sort',
    '$limit',
    '$project',
  ]
    .concat(['$group', '$sum', '$multiply', '$floor', '$divide', '$toLong', '$literal', '$set', '$db', '$clusterTime'])
    .concat(['$readPreference']),
)

const operators = [
  ...[
    '$ne',
    '$gt',
    '$gte',
    '$lt',
    '$lte',
    '$in',
    '$nin',
    '$exists',
    '$type',
    '$regex',
    '$where',
    '$expr',
    '$not',
    '$or',
  ],
  ...[
    '$and',
    '$nor',
    '$all',
    '$elemMatch',
    '$size',
    '$mod',
    '$text',
    '$jsonSchema',
    '$function',
    '$accumulator',
    '$eq',
  ],
]
/** What attackers send: operators as objects, and as texts that some parser may take for one. */
const payloads: readonly unknown[] = [
  ...operators.map((operator) => ({ [operator]: operator === '$where' ? 'sleep(9000)' : '' })),
  ...operators.slice(0, 14).map((operator) => JSON.stringify({ [operator]: 1 })),
  ...[
    '$where',
    '$type',
    '$$ROOT',
    "'; return true; var a='",
    '[$ne]=1',
    '{"$gt":""}',
    '.*',
    '^a',
    '\u0000$ne',
    '__proto__',
  ],
  /.*/,
  { toString: '$ne' },
]

describe('what a caller gives', () => {
  let client: MongoClient
  let database: Db
  let log: EventLog
  const commands: Document[] = []

  beforeAll(async () => {
    client = await new MongoClient(setting('MONGODB_URI'), { monitorCommands: true }).connect()
    client.on('commandStarted', ({ command }: CommandStartedEvent) => commands.push(command))
    database = client.db(uniqueName('event-log-test'))
    await makeIndexes(database, { health: healthReasons(1), logger: silentLogger }, new AbortController().signal)
    log = createEventLog(database)
  })
  afterAll(async () => {
    await database.dropDatabase()
    await client.close()
  })

  const drained = async (batches: AsyncIterable<unknown>) => {
    for await (const _ of batches) {
      // Only what it sends is looked at.
    }
  }
  // biome-ignore lint/suspicious/noExplicitAny: what comes from outside has no type.
  const doors: [string, (payload: any) => Promise<unknown>][] = [
    ['a filter as a text', (payload) => log.list({ filter: payload })],
    ...filterFields.flatMap((field): [string, (payload: unknown) => Promise<unknown>][] => [
      [`${field} of a filter as data`, (payload) => log.list({ filter: { [field]: payload } as never })],
      [
        `${field} of a reading, in a list`,
        async (payload) => drained(log.read({ filter: { [field]: [payload] } as never })),
      ],
    ]),
    ['a field of a filter', (payload) => log.list({ filter: { [JSON.stringify(payload)]: 'x' } as never })],
    ['a limit', (payload) => log.list({ limit: payload })],
    ['a cursor', (payload) => log.list({ cursor: payload })],
    ['the household of a timeline', (payload) => log.timeline({ household: payload })],
    ['the user of a timeline', (payload) => log.timeline({ user: payload })],
    ['the id of an event', (payload) => log.get(payload)],
    ['the id of a message', (payload) => log.raw(payload)],
    ['the id of a causation', (payload) => log.causation(payload)],
    ['the depth of a causation', (payload) => log.causation('x', { maxDepth: payload })],
    ['the id of a correlation', (payload) => log.correlation(payload)],
    ['the limit of a correlation', (payload) => log.correlation('x', { limit: payload })],
    ['what is counted by', (payload) => log.stats({ by: payload })],
    ['the buckets of a histogram', (payload) => log.histogram({ bucketMs: payload })],
    ['the time limit of a histogram', (payload) => log.histogram({ timeLimitMs: payload })],
    ['the beginning of a reading', async (payload) => drained(log.read({ from: payload }))],
    [
      'the topic of a position',
      async (payload) => drained(log.read({ to: [{ topic: payload, partition: 0, generation: 1, offset: 9 }] })),
    ],
    [
      'the offset of a position',
      async (payload) => drained(log.read({ from: [{ topic: 't', partition: 0, generation: 1, offset: payload }] })),
    ],
    ['a vector as a text', (payload) => log.readVector(payload)],
    ['the topic of the quarantine', (payload) => log.quarantine({ topic: payload })],
    ['the cursor of the quarantine', (payload) => log.quarantine({ cursor: payload })],
  ]

  it('is tried with fifty payloads', () => {
    expect(payloads.length).toBeGreaterThanOrEqual(50)
  })

  it.each(doors)('as %s is a text for MongoDB, or refused before it', async (_, ask) => {
    for (const payload of payloads) {
      commands.length = 0
      const error: unknown = await ask(payload).then(
        () => undefined,
        (refused: unknown) => refused,
      )
      if (error !== undefined && !isHouseHelperError(error)) throw error
      for (const command of commands) {
        expect(foreignParts(command)).toEqual([])
        // What continues a query has the query's limit; a page without bounds has a shorter one.
        if (!('getMore' in command) && !('killCursors' in command)) expect([100, 10_000]).toContain(command.maxTimeMS)
      }
      // Only a text is ever taken for a value; the commands of these that were taken are looked at above.
      if (typeof payload !== 'string') expect(isHouseHelperError(error)).toBe(true)
    }
  })
})

/** What of a command is not the log's own: operators, and values that MongoDB would run or match by. */
function foreignParts(value: unknown): unknown[] {
  if (value instanceof RegExp) return [value]
  if (typeof value !== 'object' || value === null) return []
  if ('_bsontype' in value && ['BSONRegExp', 'Code', 'DBRef'].includes(String(value._bsontype))) return [value]
  if (value instanceof Date || value instanceof Uint8Array || '_bsontype' in value) return []
  if (Array.isArray(value)) return value.flatMap(foreignParts)
  return Object.entries(value).flatMap(([key, inner]) =>
    key.startsWith('$') && !OWN_OPERATORS.has(key) ? [key] : foreignParts(inner),
  )
}
