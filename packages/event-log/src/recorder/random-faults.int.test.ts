import { setTimeout as delay } from 'node:timers/promises'
import { randomNumbers } from '@house-helper/fault-proxy'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { proveLedger } from '../../test/ledger-proof.ts'
import { brokerOf, createStand, eventMessage, recordedUpTo, type Stand } from '../../test/stand.ts'
import { createEventLog } from '../index.ts'

const PARTITIONS = 4
const FAULTS = 40
const A_ROUND = 15

describe('recorders that lose partitions, hang, die and come back', () => {
  let stand: Stand

  beforeEach(async () => {
    stand = await createStand({ partitions: PARTITIONS })
  })
  afterEach(() => stand.close())

  it.each([1, 2])('record each message once, in a ledger without a hole (seed %i)', async (seed) => {
    const random = randomNumbers(seed)
    const pick = (values: readonly number[]): number => values[Math.floor(values.length * random())] ?? 1
    const recorders = [await add(), await add()]
    let appended = 0

    async function add() {
      const limits = { maxBatchMessages: pick([5, 40, 500]), maxQueuedMessages: pick([5, 100, 10_000]) }
      const recorder = stand.recorder({ ...limits, commitIntervalMs: pick([5, 50]) })
      await recorder.start()
      return recorder
    }
    async function append(): Promise<void> {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const ids = Array.from({ length: A_ROUND }, (_, index) => `p${partition}-${appended + index}`)
        await stand.append(
          ids.map((id) => eventMessage(id)),
          partition,
        )
      }
      appended += A_ROUND
    }
    async function fail(): Promise<void> {
      const { faults } = brokerOf(stand)
      const dice = random()
      const place = { index: random() < 0.5 ? 0 : 1 }
      if (dice < 0.4) await faults.lose(stand.groupId, 'session expired', place)
      else if (dice < 0.6) await faults.rebalance(stand.groupId)
      else if (dice < 0.8) {
        await faults.suspend(stand.groupId, 'no heartbeat')
        await delay(20 * random())
        await faults.thaw(stand.groupId)
      } else if (dice < 0.9) {
        await faults.kill(stand.groupId, { index: 0 })
        recorders.push(await add())
      } else {
        recorders.push(await add())
        await recorders.shift()?.close({ timeoutMs: 1_000 })
      }
    }

    for (let fault = 0; fault < FAULTS; fault++) {
      await append()
      await delay(20 * random())
      await fail()
    }
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await recordedUpTo(stand, appended, partition)
      await proveLedger(stand, partition)
    }
    expect(await createEventLog(stand.db).totals()).toEqual([
      { topic: stand.topic, recorded: PARTITIONS * appended, repeats: 0, conflicts: 0, quarantined: 0 },
    ])
  })
})
