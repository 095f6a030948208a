import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { createKafkaStand, type KafkaStand } from '../test/kafka-stand.ts'
import { lamps } from '../test/lamps.ts'
import type { StartedProgram } from '../test/program.ts'
import { envelopeOf, firstSteps, readTopic } from '../test/stand.ts'
import { createOutbox, createOutboxRelay } from './index.ts'

const households = ['household-1', 'household-2', 'household-3']
const LEASE_MS = 1000

describe('a relay on Kafka that is paused past its lease, and goes on while another one has its work', () => {
  let stand: KafkaStand
  let paused: StartedProgram | undefined

  beforeEach(async () => {
    stand = await createKafkaStand()
  })
  afterEach(async () => {
    paused?.signal('SIGKILL')
    await paused?.ended
    await stand.close()
  })

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

  it.each([
    ['before the append', true],
    ['after the append', false],
    ['before it marks', false],
  ])('%s leaves no event out and breaks no order; what it sends late are copies', async (point, sendsLate) => {
    const { db, transport, topic } = stand
    const allSent = () => until('nothing waits', async () => (await db.collection('outbox').countDocuments()) === 0)
    await enqueue(0, 4)
    const env = { RELAY_DATABASE: db.databaseName, RELAY_POINT: point, RELAY_LEASE_MS: String(LEASE_MS) }
    paused = stand.start('paused-relay.ts', env)
    await until('it is paused', () => paused?.lines.includes('paused') === true)
    await enqueue(4, 6)
    await using relay = createOutboxRelay({ db, transport, leaseMs: 3 * LEASE_MS })
    await allSent()
    await until('the other one has all slots', () => relay.stats().slots === 32)
    paused.signal('SIGCONT')
    if (sendsLate) await until('it has sent what it had', () => paused?.lines.includes('late append') === true)
    // Both are at work now, and share it in the end.
    await enqueue(6, 8)
    await allSent()
    await until('both have work', () => relay.stats().slots === 16)
    await enqueue(8, 10)
    await allSent()
    paused.signal('SIGTERM')
    await paused.ended
    const published = (await readTopic(transport, topic)).map(envelopeOf)
    const steps = Array.from({ length: 10 }, (_, step) => step)
    expect(firstSteps(published)).toEqual(new Map(households.map((household) => [household, steps])))
    if (sendsLate) expect(published.length).toBeGreaterThan(10 * households.length)
  })
})
