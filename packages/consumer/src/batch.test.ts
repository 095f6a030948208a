import { causeHasToBeNamed } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { type OnBatch, sendAndRead, startBatches } from '../test/batches.ts'
import { until } from '../test/condition.ts'
import { createGate } from '../test/gate.ts'
import { createGroupTopics, message, readDeadLetters } from '../test/household.ts'
import { memoryStage, onChores } from '../test/stage.ts'
import type { BatchOutcome } from './batch/batch-handler.ts'

const stage = memoryStage()
const allDone: OnBatch = (events, { done }) => events.map(done)

describe('a batch', () => {
  it('is what waits while the one before it is handled, of all keys, in order, up to the bound', async () => {
    const { one, batches, go } = await startBatches(stage, allDone, { handler: { maxBatchEvents: 4 } })
    await sendAndRead(stage, one, ['a1', 'b1', 'a2', 'c1', 'c2', 'd1'])
    expect(batches).toEqual([])
    go()
    await until('all are handled', () => one.stats().handled === 8)
    // Every key has its turn before a second event of one.
    expect(batches).toEqual([
      ['a1', 'b1', 'c1', 'd1'],
      ['a2', 'c2'],
    ])
    await until('all are committed', async () => (await stage.committed())?.offset === 8)
  })

  it('has several events of one key, in order', async () => {
    const { one, batches, go } = await startBatches(stage, allDone)
    await sendAndRead(stage, one, ['a1', 'a2', 'a3', 'b1'])
    go()
    await until('all are handled', () => one.stats().handled === 6)
    expect(batches).toEqual([['a1', 'a2', 'a3', 'b1']])
  })

  it('leaves an event of another type its place in the order of the key', async () => {
    const handled: string[] = []
    const gate = createGate()
    const one = stage.subscriberOn({
      on: [
        onChores({
          'chore.started': {
            handleBatch: async (events, { done }) => {
              if (events[0]?.id === 'first') await gate.opened
              handled.push(events.map(({ id }) => id).join('+'))
              return events.map(done)
            },
          },
          'chore.noted': ({ id }) => void handled.push(id),
        }),
      ],
    })
    await one.start()
    await stage.sendToFirst([message({ id: 'warm' })])
    await until('the partition is warm', () => one.stats().handled === 1)
    await stage.sendToFirst([message({ id: 'first', householdId: 'first' })])
    await until('the first is read', () => one.stats().received === 2)
    await stage.sendToFirst([
      message({ id: 'a1', householdId: 'a' }),
      message({ id: 'a2', householdId: 'a', type: 'chore.noted' }),
      message({ id: 'a3', householdId: 'a' }),
      message({ id: 'b1', householdId: 'b' }),
    ])
    await until('all are read', () => one.stats().received === 6)
    gate.open()
    await until('all are handled', () => one.stats().handled === 6)
    expect(handled).toEqual(['warm', 'first', 'a1+b1', 'a2', 'a3'])
  })

  it('goes on for one event as soon as it comes', async () => {
    const { one, batches, go } = await startBatches(stage, allDone)
    go()
    await until('the first is handled', () => one.stats().handled === 2)
    await sendAndRead(stage, one, ['a1'])
    await until('it is handled', () => one.stats().handled === 3)
    expect(batches).toEqual([['a1']])
  })

  it('takes one slot, so that other types go on beside it', async () => {
    const noted: string[] = []
    const gate = createGate()
    const one = stage.subscriberOn({
      concurrency: 2,
      on: [
        onChores({
          'chore.started': {
            handleBatch: async (events, { done }) => {
              if (events.some(({ id }) => id !== 'warm')) await gate.opened
              return events.map(done)
            },
          },
          'chore.noted': ({ id }) => void noted.push(id),
        }),
      ],
    })
    await one.start()
    await stage.sendToFirst([message({ id: 'warm' })])
    await until('the partition is warm', () => one.stats().handled === 1)
    const started = [1, 2, 3, 4, 5].map((n) => message({ householdId: `h-${n}` }))
    await stage.sendToFirst([...started, message({ id: 'note', householdId: 'n', type: 'chore.noted' })])
    await until('the note is handled', () => noted.length === 1)
    expect(one.stats().inFlight).toBe(1)
    gate.open()
    await until('all are handled', () => one.stats().handled === 7)
  })

  it('has no event that breaks its contract; that one is given up', async () => {
    const { dead } = await createGroupTopics(stage.transport, 'helpers')
    const { one, batches, go } = await startBatches(stage, allDone, { deadLetters: true })
    const bad = message({ id: 'a2', householdId: 'a', data: { step: 'no' } })
    const alsoBad = message({ id: 'c1', householdId: 'c', data: {} })
    const [a1, a3, b1] = ['a1', 'a3', 'b1'].map((id) => message({ id, householdId: id.slice(0, 1) }))
    await stage.sendToFirst([a1, bad, a3, alsoBad, b1].filter((each) => each !== undefined))
    await until('all are read', () => one.stats().received === 7)
    go()
    await until('the good ones are handled', () => one.stats().handled === 5)
    expect(batches).toEqual([['a1', 'b1'], ['a3']])
    const letters = await readDeadLetters(stage.transport, dead)
    expect(letters.map(({ note }) => note.lastFailure.code)).toEqual(['CONTRACT_BROKEN', 'CONTRACT_BROKEN'])
  })

  it('makes its handler name the cause of what it publishes', async () => {
    const asked: boolean[] = []
    const { one, go } = await startBatches(stage, async (events, { done }) => {
      asked.push(causeHasToBeNamed())
      return events.map(done)
    })
    await sendAndRead(stage, one, ['a1'])
    go()
    await until('it is handled', () => one.stats().handled === 3)
    expect(asked).toEqual([true])
  })
})

describe('an event of a batch', () => {
  it('that failed is tried again alone, and only its key waits for it', async () => {
    const attempts: string[] = []
    const { one, batches, go } = await startBatches(stage, (events, { done, failed, delivery }) => {
      attempts.push(...events.map((event) => `${event.id}:${delivery(event).attempt}`))
      return events.map((event) =>
        event.id === 'a1' && delivery(event).attempt < 3 ? failed(event, new Error('not yet')) : done(event),
      )
    })
    await sendAndRead(stage, one, ['a1', 'b1', 'a2', 'b2'])
    go()
    await until('all are handled', () => one.stats().handled === 6)
    // What was done behind it comes again after it: its key's order holds.
    expect(batches).toEqual([['a1', 'b1', 'a2', 'b2'], ['a1'], ['a1'], ['a2']])
    expect(attempts).toEqual(['a1:1', 'b1:1', 'a2:1', 'b2:1', 'a1:2', 'a1:3', 'a2:1'])
    expect(one.stats()).toMatchObject({ failed: 2, retried: 2 })
  })

  it('that is rejected becomes a dead letter at once, and its key goes on', async () => {
    const { dead } = await createGroupTopics(stage.transport, 'helpers')
    const handle: OnBatch = (events, { done, rejected }) =>
      events.map((event) => (event.id === 'a1' ? rejected(event, 'nobody to thank') : done(event)))
    const { one, batches, go } = await startBatches(stage, handle, { deadLetters: true })
    await sendAndRead(stage, one, ['a1', 'a2', 'b1'])
    go()
    await until('the others are handled', () => one.stats().handled === 4)
    expect(batches).toEqual([['a1', 'a2', 'b1']])
    const [letter, ...others] = await readDeadLetters(stage.transport, dead)
    expect(letter?.note).toMatchObject({ attempts: 1, lastFailure: { code: 'REJECTED' } })
    expect(letter?.note.lastFailure.message).toContain('nobody to thank')
    expect(others).toEqual([])
  })

  it('does not suffer from another one that makes the handler throw each time', async () => {
    const { dead } = await createGroupTopics(stage.transport, 'helpers')
    const handle: OnBatch = (events, { done }) => {
      if (events.some(({ id }) => id === 'c1')) throw new Error('one of them is bad')
      return events.map(done)
    }
    const { one, batches, go } = await startBatches(stage, handle, { deadLetters: true })
    await sendAndRead(stage, one, ['a1', 'b1', 'c1', 'c2', 'd1'])
    go()
    await until('the others are handled', () => one.stats().handled === 6 && one.stats().deadLettered === 1)
    expect(batches[0]).toEqual(['a1', 'b1', 'c1', 'c2', 'd1'])
    expect(batches.slice(1).every(({ length }) => length === 1)).toBe(true)
    const [letter] = await readDeadLetters(stage.transport, dead)
    expect(letter?.note).toMatchObject({ attempts: 3, lastFailure: { code: 'HANDLER_FAILED' } })
  })

  it.each<[string, (ids: readonly BatchOutcome[]) => unknown, string[], string]>([
    ['no outcome has failed', (all) => all.slice(1), ['a1'], 'no outcome for a1'],
    ['two outcomes has failed', (all) => [all[1], ...all], ['b1'], 'two outcomes for b1'],
    ['an outcome of something else has failed with all others', (all) => [...all, {}], ['a1', 'b1'], 'something else'],
    ['nothing returned at all has failed with all others', () => undefined, ['a1', 'b1'], 'no array of outcomes'],
  ])('with %s, and the message says so', async (_, returned, failing, words) => {
    const { one, go } = await startBatches(stage, (events, { done, delivery }) => {
      const all = events.map(done)
      const isFirst = events.every((event) => delivery(event).attempt === 1)
      return (isFirst ? returned(all) : all) as readonly BatchOutcome[]
    })
    await sendAndRead(stage, one, ['a1', 'b1'])
    go()
    await until('all are handled', () => one.stats().handled === 4)
    const warnings = stage.lines.filter(({ message: line }) => line === 'A handler failed; trying again')
    expect(warnings.map(({ fields }) => fields.eventId)).toEqual(failing)
    expect(String(warnings[0]?.fields.err)).toContain(words)
  })

  it('is given up when its attempts have ended, and then its key goes on', async () => {
    const { dead } = await createGroupTopics(stage.transport, 'helpers')
    const handle: OnBatch = (events, { done, failed }) =>
      events.map((event) => (event.id === 'a1' ? failed(event, 'no') : done(event)))
    const { one, batches, go } = await startBatches(stage, handle, { deadLetters: true, retry: { attempts: 1 } })
    await sendAndRead(stage, one, ['a1', 'a2'])
    go()
    await until('the other one is handled', () => one.stats().handled === 3)
    expect(batches).toEqual([['a1', 'a2'], ['a2']])
    expect(await readDeadLetters(stage.transport, dead)).toHaveLength(1)
  })

  it('comes again later through the inbox, alone', async () => {
    await createGroupTopics(stage.transport, 'helpers')
    const later = { delayMs: 20, attempts: 2 }
    const handle: OnBatch = (events, { done, failed, delivery }) =>
      events.map((event) => (delivery(event).kind === 'live' && event.id !== 'b1' ? failed(event, 'no') : done(event)))
    const options = { deadLetters: true, retry: { attempts: 1, later } }
    const { one, batches, go } = await startBatches(stage, handle, options)
    await sendAndRead(stage, one, ['a1', 'b1', 'c1'])
    go()
    await until('all are handled', () => one.stats().handled === 5)
    expect(batches[0]).toEqual(['a1', 'b1', 'c1'])
    expect(batches.slice(1).flat().sort()).toEqual(['a1', 'c1'])
    expect(one.stats()).toMatchObject({ postponed: 2, deadLettered: 0 })
  })
})

describe('the handler of a batch', () => {
  it('that is not done at its deadline fails all of them, and does not keep other keys waiting', async () => {
    const stuck = createGate()
    const { one, batches, go } = await startBatches(
      stage,
      async (events, { done, delivery }) => {
        if (events.some(({ id }) => id === 'a1') && events.every((event) => delivery(event).attempt === 1)) {
          await stuck.opened
        }
        return events.map(done)
      },
      { timeoutMs: 60 },
    )
    await sendAndRead(stage, one, ['a1', 'b1', 'a2'])
    go()
    await until('it is at work', () => batches.length === 1)
    await sendAndRead(stage, one, ['c1', 'a3'])
    await until('another key is handled', () => batches.length === 2)
    await until('it is overdue', () => one.stats().overdue === 1)
    expect(batches).toEqual([['a1', 'b1', 'a2'], ['c1']])
    stuck.open()
    await until('all are handled', () => one.stats().handled === 7)
    expect(one.stats().timedOut).toBe(1)
  })

  it('is aborted when the partition is lost, and the events come again', async () => {
    const reasons: unknown[] = []
    const { one, go } = await startBatches(stage, async (events, { done, signal }) => {
      if (events.some(({ id }) => id === 'a1') && reasons.length === 0) {
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            resolve()
          })
        })
      }
      return events.map(done)
    })
    await sendAndRead(stage, one, ['a1', 'b1', 'a2'])
    go()
    await until('the batch is at work', () => one.stats().handled === 2)
    await stage.transport.broker.faults.lose('helpers', 'session expired')
    await until('all are done', async () => (await stage.committed())?.offset === 5)
    expect(reasons).toMatchObject([{ code: 'PARTITION_LOST' }])
    expect(one.stats().givenUp).toBe(0)
  })

  it('has what is done committed at an orderly close, that of one key too, and nothing is repeated', async () => {
    const gate = createGate()
    const { one, batches, go } = await startBatches(stage, async (events, { done }) => {
      await gate.opened
      return events.map(done)
    })
    await sendAndRead(stage, one, ['a1', 'a2', 'a3', 'b1'])
    go()
    await until('it is at work', () => batches.length === 1)
    const closed = one.close()
    gate.open()
    await closed
    expect(batches).toEqual([['a1', 'a2', 'a3', 'b1']])
    expect((await stage.committed())?.offset).toBe(6)
  })
})
