import type { Receiver, ReceiverListener, Transport } from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { afterEach, describe, expect, it } from 'vitest'
import { createStand, eventMessage, recordedUpTo, type Stand, until } from '../../test/stand.ts'

/** A transport whose first receiver falls silent after a batch, and those after it, as many as are told, from the beginning. */
function fallingSilent(silentReceivers: number): Transport {
  const transport = createMemoryTransport()
  let made = 0
  const receiver: Transport['receiver'] = (options) => {
    made += 1
    const inner = transport.receiver(options)
    return made <= silentReceivers ? silenced(inner, made === 1 ? 1 : 0) : inner
  }
  return Object.assign(Object.create(transport) as Transport, { receiver })
}

function silenced(inner: Receiver, heard: number): Receiver {
  let batches = 0
  const deafTo = (listener: ReceiverListener): ReceiverListener =>
    Object.assign(Object.create(listener) as ReceiverListener, {
      batch: (batch: Parameters<ReceiverListener['batch']>[0]) => {
        batches += 1
        return batches <= heard ? listener.batch(batch) : new Promise<number>(() => {})
      },
    })
  return Object.assign(Object.create(inner) as Receiver, {
    start: (listener: ReceiverListener) => inner.start(deafTo(listener)),
  })
}

describe('a recorder that stands still while messages wait', () => {
  let stand: Stand
  afterEach(() => stand.close())

  const standStill = async (silentReceivers: number) => {
    stand = await createStand({ transport: fallingSilent(silentReceivers) })
    await stand.append([eventMessage('a')])
    const recorder = stand.recorder({ lagIntervalMs: 20, stallTimeoutMs: 200 })
    await recorder.start()
    await recordedUpTo(stand, 1)
    await stand.append([eventMessage('b')])
    return recorder
  }

  it('joins its group anew and goes on', async () => {
    const recorder = await standStill(1)
    await recordedUpTo(stand, 2)
    expect(recorder.health()).toEqual({ state: 'up', reasons: [] })
  })

  it('dies loudly where that is no help', async () => {
    const recorder = await standStill(9)
    await expect(recorder.closed).rejects.toMatchObject({
      code: 'LOG_STALLED',
      message: expect.stringContaining(`${stand.topic}/0 has messages from offset 1`),
    })
    await until('health says so', () => recorder.health().state === 'down')
  })
})
