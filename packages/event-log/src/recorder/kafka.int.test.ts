import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { proveLedger } from '../../test/ledger-proof.ts'
import { createStand, eventMessage, recordedUpTo, type Stand, setting, uniqueName, until } from '../../test/stand.ts'
import { createEventLog, type Recorder } from '../index.ts'

const partitions = 3

describe('the recorder on Kafka', () => {
  let stand: Stand

  beforeEach(async () => {
    const transport = createKafkaTransport({
      brokers: setting('KAFKA_BROKERS').split(','),
      topicPrefix: uniqueName('log'),
    })
    stand = await createStand({ transport, partitions })
  })
  afterEach(() => stand.close())

  const appendEverywhere = async (round: number, count: number) => {
    for (let partition = 0; partition < partitions; partition++) {
      const ids = Array.from({ length: count }, (_, index) => `p${partition}-${round}-${index}`)
      await stand.append(
        ids.map((id) => eventMessage(id)),
        partition,
      )
    }
  }
  const recordedEverywhere = async (next: number) => {
    for (let partition = 0; partition < partitions; partition++) await recordedUpTo(stand, next, partition)
  }
  const assignedTo = (recorder: Recorder) => recorder.stats().partitions.filter(({ assigned }) => assigned).length

  it('records a backlog and what comes later, and goes on from the ledger', async () => {
    await appendEverywhere(0, 500)
    await stand.append(
      [
        { key: null, value: null },
        { key: null, value: Buffer.from('bad') },
      ],
      1,
    )
    const first = stand.recorder()
    await first.start()
    await recordedUpTo(stand, 502, 1)
    await first.close()
    await appendEverywhere(1, 10)
    const second = stand.recorder({ lagIntervalMs: 50 })
    await second.start()
    await recordedUpTo(stand, 512, 1)
    await recordedUpTo(stand, 510, 0)
    await recordedUpTo(stand, 510, 2)
    await until('no lag', () => second.stats().partitions.every(({ lag }) => lag === 0))
    for (let partition = 0; partition < partitions; partition++) await proveLedger(stand, partition)
    expect(await createEventLog(stand.db).totals()).toMatchObject([{ recorded: 1530, repeats: 0, quarantined: 2 }])
    expect(second.health()).toEqual({ state: 'up', reasons: [] })
  }, 60_000)

  it('shares partitions with another one: each message is recorded once while one joins and one leaves', async () => {
    const first = stand.recorder({ maxBatchMessages: 20 })
    await first.start()
    await appendEverywhere(0, 200)
    const second = stand.recorder({ maxBatchMessages: 15 })
    await second.start()
    await until('both have partitions', () => assignedTo(first) > 0 && assignedTo(second) > 0, 30_000)
    await appendEverywhere(1, 200)
    await recordedEverywhere(400)
    await first.close()
    await appendEverywhere(2, 200)
    await until('the other has all', () => assignedTo(second) === partitions, 30_000)
    await recordedEverywhere(600)
    for (let partition = 0; partition < partitions; partition++) await proveLedger(stand, partition)
    expect(await createEventLog(stand.db).totals()).toMatchObject([{ recorded: 1800, repeats: 0 }])
  }, 90_000)
})
