import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { createKafkaStand, type KafkaStand } from '../test/kafka-stand.ts'
import { lamps } from '../test/lamps.ts'
import { envelopeOf, firstSteps, readTopic } from '../test/stand.ts'
import { createOutbox, createOutboxRelay } from './index.ts'

const households = ['household-1', 'household-2', 'household-3', 'household-4']
const LEASE_MS = 1500

/** The points at which a relay is killed, and whether events may be in the topic twice after it. */
const points = [
  ['with some of the leases', false],
  ['with leases, before it reads', false],
  ['before the append', false],
  ['after the append', true],
  ['before it marks', true],
  ['after it marked', true],
] as const

describe('a relay on Kafka that is killed', () => {
  let stand: KafkaStand

  beforeEach(async () => {
    stand = await createKafkaStand()
  })
  afterEach(() => stand.close())

  async function enqueue(from: number, to: number): Promise<void> {
    const outbox = createOutbox(lamps, { source: 'lamp-service', db: stand.db })
    for (let step = from; step < to; step += 1) {
      for (const householdId of households) {
        const data = { lampId: 'lamp-1', step }
        await stand.client.withSession((session) =>
          session.withTransaction(() => outbox.enqueue('lamp.lit', data, { householdId, session })),
        )
      }
    }
  }

  it.each(points)('%s leaves what the next one completes, in order', async (point, mayRepeat) => {
    await enqueue(0, 5)
    const env = { RELAY_DATABASE: stand.db.databaseName, RELAY_POINT: point, RELAY_LEASE_MS: String(LEASE_MS) }
    expect(await stand.run('killed-relay.ts', env)).toBe('SIGKILL')
    await enqueue(5, 8)
    const { db, transport } = stand
    // With leases long enough that a slow broker is no takeover of its own, which might repeat events.
    await using relay = createOutboxRelay({ db, transport, leaseMs: 15_000 })
    await until('nothing waits', async () => (await db.collection('outbox').countDocuments()) === 0)
    const published = (await readTopic(transport, stand.topic)).map(envelopeOf)
    const steps = Array.from({ length: 8 }, (_, step) => step)
    expect(firstSteps(published)).toEqual(new Map(households.map((household) => [household, steps])))
    await until('it has all slots', () => relay.stats().slots === 32)
    const repeats = published.length - 8 * households.length
    if (!mayRepeat) expect(repeats).toBe(0)
    expect(repeats).toBeLessThanOrEqual(5 * households.length)
  })
})
