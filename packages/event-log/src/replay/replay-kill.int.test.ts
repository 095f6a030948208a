import { topicNames } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../test/program.ts'
import { createReplayStand, type ReplayStand } from '../../test/replay-stand.ts'
import { setting, uniqueName } from '../../test/stand.ts'

const LEASE_MS = 900
/** Events that are sent at a time at this rate. */
const RATE = 250

/** Where a logger is killed. */
const points = ['before an append', 'after an append', 'before it writes down']

describe('a replay on Kafka whose loggers are killed', () => {
  let stand: ReplayStand
  const topicPrefix = uniqueName('replay')
  const households = ['household-1', 'household-2', 'household-3', 'household-4']
  const expected = new Map<string, string[]>()
  beforeAll(async () => {
    const transport = createKafkaTransport({ brokers: setting('KAFKA_BROKERS').split(','), topicPrefix })
    stand = await createReplayStand({ groups: ['points'] }, transport)
    for (const [index, householdId] of households.entries()) {
      const ids = Array.from({ length: 150 }, (_, n) => `${householdId}-${n}`)
      expected.set(householdId, ids)
      await stand.record(ids, index % 3, { householdId }, householdId)
    }
  }, 30_000)
  afterAll(() => stand.close())

  it('goes on by itself, sends nothing twice, and keeps the order of each key', async () => {
    const planner = stand.replays({ leaseMs: LEASE_MS, send: false })
    const plan = await planner.plan({ filter: 'type:task.completed', groups: ['points'], ratePerSecond: RATE })
    const { id } = await planner.run({ planId: plan.id }, uniqueName('key'))
    const env = {
      REPLAY_DATABASE: stand.db.databaseName,
      REPLAY_LEASE_MS: `${LEASE_MS}`,
      KAFKA_TOPIC_PREFIX: topicPrefix,
    }
    // All at once: one of them sends, and when it is killed another one takes the run.
    const lives = points.map((point) => runProgram('killed-replayer.ts', { ...env, REPLAY_POINT: point }))
    expect(new Set(await Promise.all(lives))).toEqual(new Set(['SIGKILL']))
    expect(await planner.get(id)).toMatchObject({ state: 'running' })
    await stand.reached(stand.replays({ leaseMs: LEASE_MS }), id, ['done', 'failed'])
    const sent = await stand.inbox(topicNames(topicPrefix).inbox('points'))
    // Every append was acknowledged or never made, so even what was in hand comes once.
    expect(sent).toHaveLength(plan.count)
    const byKey = Map.groupBy(sent, ({ original }) => Buffer.from(original.key ?? []).toString())
    const idsByKey = new Map([...byKey].map(([key, some]) => [key, some.map((one) => one.id)]))
    expect(idsByKey).toEqual(expected)
    expect(await planner.get(id)).toMatchObject({ state: 'done', sent: plan.count, total: plan.count })
  }, 120_000)
})
