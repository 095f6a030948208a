import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { memoryStage, type OnStarted } from '../test/stage.ts'

const stage = memoryStage()

/** Rounds that are more than an event has attempts, or deaths before they are its own doing. */
const ROUNDS = 8

/** What the event loop does while a handler computes: nothing else. */
function block(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

describe('an event that was running when its partition was lost', () => {
  it('is not given up, however often, where the process lives', async () => {
    let running = 0
    let free = false
    const handle: OnStarted = async (_, { signal }) => {
      running += 1
      if (free) return
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve())
      })
      signal.throwIfAborted()
    }
    // Commits in quick succession: what was running at the time of the loss is known to the group.
    const one = stage.subscriber(handle, { commitIntervalMs: 5 })
    await one.start()
    await stage.sendToFirst([message()])
    for (let round = 1; round <= ROUNDS; round += 1) {
      await until('it runs', () => running === round)
      await until('the group knows', async () => (await stage.committed())?.metadata.includes('!') === true)
      await stage.transport.broker.faults.lose('helpers', 'session expired')
    }
    free = true
    await until('it is handled', () => one.stats().handled === 1)
    expect(one.stats()).toMatchObject({ givenUp: 0, deadLettered: 0 })
  })

  it('is not given up either where it goes from one living member to the other', async () => {
    let running = 0
    let free = false
    const handle: OnStarted = async (_, { signal }) => {
      running += 1
      if (free) return
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve())
      })
      signal.throwIfAborted()
    }
    const quick = { commitIntervalMs: 5, sessionTimeoutMs: 1000 }
    const members = [stage.subscriber(handle, quick), stage.subscriber(handle, quick)] as const
    for (const member of members) await member.start()
    await stage.sendToFirst([message()])
    const isOwner = (index: number): boolean => (members[index]?.stats().inFlight ?? 0) > 0
    // As the group counts its members: who joins again is the last one.
    let order = [0, 1]
    for (let round = 1; round <= ROUNDS; round += 1) {
      await until('it runs', () => running >= round && (isOwner(0) || isOwner(1)))
      await until('the group knows', async () => (await stage.committed())?.metadata.includes('!') === true)
      const owner = isOwner(0) ? 0 : 1
      await stage.transport.broker.faults.lose('helpers', 'session expired', { index: order.indexOf(owner) })
      order = [1 - owner, owner]
    }
    free = true
    await until('it is handled', () => members[0].stats().handled + members[1].stats().handled === 1)
    expect(members.map((member) => member.stats().givenUp)).toEqual([0, 0])
  })

  it('is given up where it keeps the event loop so long that the membership is lost, each time', async () => {
    const sessionTimeoutMs = 300
    let runs = 0
    const others: string[] = []
    const one = stage.subscriber(
      async ({ id, householdId }) => {
        if (householdId !== 'blocker') {
          others.push(id)
          return
        }
        runs += 1
        block(sessionTimeoutMs)
        await stage.transport.broker.faults.lose('helpers', 'session expired')
      },
      { commitIntervalMs: 60_000, sessionTimeoutMs },
    )
    await one.start()
    await stage.sendToFirst([message({ householdId: 'blocker' }), message({ id: 'other' })])
    await until('it is held', () => one.stats().held === 1)
    expect(one.health().reasons[0]?.message).toContain('PROCESS_DIED')
    expect(runs).toBe(3)
    expect(others).toContain('other')
  })
})

describe('a partition that is lost while a batch of it is being taken in', () => {
  it('leaves nothing of that batch to be handled out of turn when the partition is back', async () => {
    const steps = Array.from({ length: 1_000 }, (_, step) => step)
    const seen = new Set<number>()
    const one = stage.subscriber(({ data: { step } }) => {
      if (seen.size === 0) void stage.transport.broker.faults.lose('helpers', 'session expired')
      seen.add(step)
      // Longer than events are taken in at a go: the rest of the batch waits for its turn, and the loss comes first.
      if (step % 100 === 0) block(10)
    })
    await one.start()
    await stage.sendToFirst(steps.map((step) => message({ data: { step } })))
    await until('all are handled', () => seen.size === steps.length)
    expect([...seen]).toEqual(steps)
  })
})
