import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inBatches, type Work } from '../test/batches.ts'
import { until } from '../test/condition.ts'
import { message } from '../test/household.ts'
import { receiptsInMemory } from '../test/receipts.ts'
import { seeded } from '../test/seeded.ts'
import { memoryStage, onChores } from '../test/stage.ts'
import type { Subscriber } from './subscriber.ts'

const stage = memoryStage()
const GROUP = 'helpers'
const HOUSEHOLDS = Array.from({ length: 12 }, (_, n) => `household-${n}`)
const STEPS = 150
const FAULTS = 40

/** What the group has done, and what it did wrong. */
class Progress {
  /** Begun before the event ahead of it in its key was done. */
  readonly tooEarly: string[] = []
  /** Begun while the same process was handling another event of the key. */
  readonly atOnce: string[] = []
  readonly #done = new Map(HOUSEHOLDS.map((household) => [household, new Set([-1])]))

  begin(running: Set<string>, household: string, step: number): void {
    if (running.has(household)) this.atOnce.push(`${household} ${step}`)
    running.add(household)
    if (!this.#done.get(household)?.has(step - 1)) this.tooEarly.push(`${household} ${step}`)
  }

  end(household: string, step: number): void {
    this.#done.get(household)?.add(step)
  }

  get isComplete(): boolean {
    return [...this.#done.values()].every((steps) => steps.size === STEPS + 1)
  }
}

/** Does in one process what handlers do with events: returns at once or later, keeps the event loop, fails. */
function createWork(progress: Progress, random: () => number): Work {
  const running = new Set<string>()
  return ({ householdId, data: { step } }) => {
    progress.begin(running, householdId, step)
    const dice = random()
    const end = (): void => {
      running.delete(householdId)
      if (dice < 0.05) throw new Error('now and then')
      progress.end(householdId, step)
    }
    if (dice < 0.08) for (const untilMs = performance.now() + 12 * random(); performance.now() < untilMs; );
    if (dice < 0.02 || (dice > 0.05 && dice < 0.6)) return end()
    return (dice < 0.9 ? new Promise<void>(setImmediate) : delay(4 * random())).then(end)
  }
}

/** Members of a group, of which one may be killed or closed while another one comes. */
class Members {
  readonly #make: () => Subscriber
  readonly #members: Subscriber[] = []
  readonly #random: () => number

  constructor(make: () => Subscriber, random: () => number) {
    this.#make = make
    this.#random = random
  }

  async add(): Promise<void> {
    const member = this.#make()
    await member.start()
    this.#members.push(member)
  }

  async fail(): Promise<void> {
    const { faults } = stage.transport.broker
    const place = { index: this.#random() < 0.5 ? 0 : 1 }
    const dice = this.#random()
    if (dice < 0.4) await faults.lose(GROUP, 'session expired', place)
    else if (dice < 0.6) await faults.rebalance(GROUP)
    else if (dice < 0.8) {
      await faults.suspend(GROUP, 'no heartbeat')
      await delay(5 * this.#random())
      await faults.thaw(GROUP)
    } else if (dice < 0.9) {
      await faults.kill(GROUP, { index: 0 })
      await this.add()
    } else {
      await this.add()
      await this.#members.splice(Math.floor(this.#members.length * this.#random()), 1)[0]?.close()
    }
  }
}

describe('a group whose members lose partitions, hang, die and come back', () => {
  it.each([
    ['handler', 1],
    ['handler', 2],
    ['handler under once', 3],
    ['batch handler', 4],
  ] as const)('handles everything, and each key in its order (%s, seed %i)', async (kind, seed) => {
    const random = seeded(seed)
    const pick = (values: readonly number[]): number => values[Math.floor(values.length * random())] ?? 1
    const progress = new Progress()
    const once = kind === 'handler under once' ? receiptsInMemory() : undefined
    const makeMember = () => {
      const work = createWork(progress, random)
      const handled = kind === 'batch handler' ? { handleBatch: inBatches(work), maxBatchEvents: 20 } : work
      return stage.subscriberOn({
        ...{ on: [onChores({ 'chore.started': handled })], ...(once && { once }) },
        ...{ maxPending: pick([5, 64, 1000]), concurrency: pick([1, 4, 16]), commitIntervalMs: pick([2, 20, 200]) },
        ...{ retry: { attempts: 1000, baseMs: 1, maxMs: 5 }, closeTimeoutMs: 200 },
      })
    }
    const members = new Members(makeMember, random)
    const steps = Array.from({ length: STEPS }, (_, step) => step)
    await stage.send(steps.flatMap((step) => HOUSEHOLDS.map((householdId) => message({ householdId, data: { step } }))))
    await members.add()
    await members.add()
    for (let fault = 0; fault < FAULTS; fault += 1) {
      await delay(15 * random())
      await members.fail()
    }
    await until('everything is handled', () => progress.isComplete)
    expect([progress.tooEarly, progress.atOnce]).toEqual([[], []])
  })
})
