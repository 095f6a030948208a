import { createSubscriber, defineHandlers } from '@house-helper/consumer'
import { encodeEnvelope } from '@house-helper/events-core'
import { UUID } from 'mongodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { lamps } from '../test/lamps.ts'
import { runProgram } from '../test/program.ts'
import { createStand, type Stand } from '../test/stand.ts'
import { type MongoContext, mongoOnce } from './index.ts'

const groupId = 'lighters'
const value = encodeEnvelope({
  ...{ id: 'a', type: 'lamp.lit', source: 'test', householdId: 'household-1', timestamp: '2025-10-09T12:00:00Z' },
  ...{ version: '1.0', data: { lampId: 'lamp-1' } },
})

describe('a subscriber whose process is killed', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand()
    await stand.db.createCollection('effects')
  })
  afterEach(() => stand.close())

  async function kill(point: string): Promise<string> {
    const message = Buffer.from(value).toString()
    const env = { SUBSCRIBER_DATABASE: stand.db.databaseName, SUBSCRIBER_GROUP: groupId, SUBSCRIBER_POINT: point }
    const { signal, output } = await runProgram('killed-subscriber.ts', { ...env, SUBSCRIBER_MESSAGE: message })
    expect(signal).toBe('SIGKILL')
    return output
  }

  it.each([
    ['before the effect', 1, 0],
    ['after the effect', 1, 0],
    ['before the commit', 1, 0],
    ['after the commit', 0, 1],
  ])('%s leaves an event that has its effect once when it comes again', async (point, handled, repeated) => {
    const sessionOfTheDead = await kill(point)
    const { transport, db, client, topic } = stand
    const effects = db.collection('effects')
    expect(await effects.countDocuments()).toBe(repeated)
    const on = defineHandlers<typeof lamps, MongoContext>(lamps, {
      'lamp.lit': (event, { session }) => effects.insertOne({ event: event.id }, { session }),
    })
    const once = mongoOnce(client, { database: db.databaseName })
    const quick = { timeoutMs: 300, retry: { attempts: 2, baseMs: 1 }, deadLetters: false } as const
    await using subscriber = createSubscriber({ groupId, on: [on], once, transport, ...quick })
    await subscriber.start()
    await transport.sender.append({ topic, partition: 0, messages: [{ key: null, value }] }, { timeoutMs: 1000 })
    if (handled === 1) {
      // The dead process has the receipt in hand. Nobody's attempts run out over that.
      await until('more attempts have met it than there are', () => subscriber.stats().failed > 3)
      expect(subscriber.stats()).toMatchObject({ givenUp: 0, handled: 0 })
      // As the server does by itself after a minute.
      await client.db('admin').command({ killSessions: [{ id: new UUID(sessionOfTheDead) }] })
    }
    await until('it is done', () => subscriber.stats().handled + subscriber.stats().repeated === 1)
    expect(await effects.countDocuments()).toBe(1)
    expect(subscriber.stats()).toMatchObject({ handled, repeated, givenUp: 0 })
  })
})
