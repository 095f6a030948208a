import { decodeEnvelope } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { createGroupTopics, message, readDeadLetters } from '../test/household.ts'
import { seeded } from '../test/seeded.ts'
import { memoryStage, type OnStarted } from '../test/stage.ts'
import type { Subscriber } from './subscriber.ts'

const stage = memoryStage()
const EVENTS = 600
const ROUNDS = 12

describe('while members come and go, die, and appends fail before or after they are written', () => {
  it.each([1, 2, 3, 4])('every event is handled or a dead letter, by schedule %d', async (seed) => {
    const random = seeded(seed)
    const topics = await createGroupTopics(stage.transport, 'helpers', 2)
    const handled = new Set<string>()
    const handle: OnStarted = async ({ id, data }, { delivery }) => {
      await new Promise(setImmediate)
      if (data.note === 'poison' || (data.note === 'later' && delivery.kind === 'live')) throw new Error('no')
      handled.add(id)
    }
    const later = { delayMs: 5, attempts: 2 }
    const join = async (): Promise<Subscriber> => {
      const one = stage.subscriber(handle, { deadLetters: true, retry: { attempts: 2, baseMs: 1, later } })
      await one.start()
      return one
    }
    const noteOf = (n: number) => (n % 10 === 0 ? 'poison' : n % 10 === 5 ? 'later' : 'good')
    const events = Array.from({ length: EVENTS }, (_, n) => ({
      id: `e-${n}`,
      note: noteOf(n),
      key: `household-${n % 40}`,
    }))
    await stage.send(events.map(({ id, note, key }, n) => message({ id, householdId: key, data: { step: n, note } })))
    const ids = (notes: readonly string[]) =>
      events
        .filter(({ note }) => notes.includes(note))
        .map(({ id }) => id)
        .sort()
    const { faults } = stage.transport.broker
    let members = [await join(), await join()]
    for (let round = 0; round < ROUNDS; round++) {
      const end = failAppends(random, random() < 0.5 ? topics.inbox : topics.dead)
      const fate = random()
      if (fate < 0.3) await faults.rebalance('helpers')
      else if (fate < 0.6) await faults.lose('helpers', 'a test', { index: 0 })
      else {
        const [first, ...others] = members
        if (fate < 0.8) await first?.close()
        else await faults.kill('helpers', { index: 0 })
        members = [...others, await join()]
      }
      const before = handled.size
      const goesOn = async () => handled.size > before || (await allCommitted([stage.topic, topics.inbox]))
      await until('something goes on', goesOn)
      end()
    }
    await join()
    await until('everything is committed', () => allCommitted([stage.topic, topics.inbox]), 20_000)
    const dead = await deadByCode(topics.dead)
    const died = dead.get('PROCESS_DIED') ?? new Set()
    const poison = new Set(ids(['poison']))
    expect([...handled].filter((id) => poison.has(id))).toEqual([])
    expect([...new Set([...handled, ...died, ...(dead.get('HANDLER_FAILED') ?? [])])].sort()).toEqual(
      ids(['poison', 'good', 'later']),
    )
    // An event that was running each time that its partition was lost without a word cannot be told from a killer.
    expect([...(dead.get('HANDLER_FAILED') ?? [])].filter((id) => !poison.has(id))).toEqual([])
    expect(dead.size).toBeLessThanOrEqual(2)
  })
})

/** Makes the next two appends to a topic fail in some way; returns a function that ends that. */
function failAppends(random: () => number, topic: string): () => void {
  const { faults } = stage.transport.broker
  if (random() < 0.5) return faults.failAppends({ topic, times: 2, outcome: 'not-sent' })
  return faults.failAppends({ topic, times: 2, outcome: 'unknown', written: random() < 0.5 })
}

/** Whether the group has committed these topics to their ends. */
async function allCommitted(names: readonly string[]): Promise<boolean> {
  const positions = await stage.transport.admin.committed('helpers', names)
  const at = new Map(positions.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
  const ranges = await stage.transport.admin.ranges(names)
  return ranges.every(({ topic, partition, high }) => (at.get(`${topic}/${partition}`) ?? 0) === high)
}

/** The ids of the dead letters by the code of their reason. */
async function deadByCode(topic: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const byCode = new Map<string, Set<string>>()
  for (const { original, note } of await readDeadLetters(stage.transport, topic)) {
    const decoded = decodeEnvelope(original.value)
    const { code } = note.lastFailure
    const ids = byCode.get(code) ?? new Set()
    byCode.set(code, ids.add(decoded.readable ? decoded.envelope.id : 'unreadable'))
  }
  return byCode
}
