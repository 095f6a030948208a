import type { Clock } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { createGroupTopics, message, readDeadLetters } from '../test/household.ts'
import { memoryStage } from '../test/stage.ts'
import type { OutcomeListener } from './outcome-listener.ts'

const stage = memoryStage()

/** Notes what a listener is told. */
function noting(): OutcomeListener & { readonly notes: readonly string[] } {
  const notes: string[] = []
  return {
    notes,
    handled: ({ event, delivery }, repeat) =>
      void notes.push(`${event.id} handled at ${delivery.attempt}${repeat ? ', a repeat' : ''}`),
    failed: ({ event, delivery }, { code }, delayMs) =>
      void notes.push(
        `${event.id} failed at ${delivery.attempt}: ${code}, ${delayMs === undefined ? 'last' : 'again'}`,
      ),
  }
}

/** A clock that stands until it is told the time. */
function standing(): Clock & { readonly waiting: number; moveTo(ms: number): void } {
  let nowMs = 1_700_000_000_000
  const timers = new Map<object, { readonly dueMs: number; readonly callback: () => void }>()
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      const timer = {}
      timers.set(timer, { dueMs: nowMs + delayMs, callback })
      return () => timers.delete(timer)
    },
    get waiting() {
      return timers.size
    },
    moveTo(ms) {
      nowMs = ms
      for (const [timer, { dueMs, callback }] of timers) {
        if (dueMs > nowMs) continue
        timers.delete(timer)
        callback()
      }
    },
  }
}

describe('a listener', () => {
  it('is told of each failed attempt and of the success, with the data as it came', async () => {
    const listener = noting()
    let attempts = 0
    const handled: unknown[] = []
    const listening = {
      ...listener,
      handled: (...given: Parameters<OutcomeListener['handled']>) => {
        handled.push(given[0].event.data)
        listener.handled(...given)
      },
    }
    const one = stage.subscriber(
      ({ data }) => {
        Object.assign(data, { step: 99 })
        attempts += 1
        if (attempts === 1) throw new Error('not yet')
      },
      { listener: listening },
    )
    await stage.sendToFirst([message({ id: 'a' })])
    await one.start()
    await until('it is handled', () => one.stats().handled === 1)
    expect(listener.notes).toEqual(['a failed at 1: HANDLER_FAILED, again', 'a handled at 2'])
    expect(handled).toEqual([{ step: 1 }])
  })

  it('is not told that an event which is set aside was handled', async () => {
    const { dead } = await createGroupTopics(stage.transport, 'helpers')
    const listener = noting()
    const one = stage.subscriber((_, { reject }) => reject('no'), { listener, deadLetters: true })
    await stage.sendToFirst([message({ id: 'a' })])
    await one.start()
    await until('it is a dead letter', () => one.stats().deadLettered === 1 && one.stats().settingAside === 0)
    await until('its lane is free', () => one.stats().inFlight === 0)
    expect(listener.notes).toEqual(['a failed at 1: REJECTED, last'])
    expect(await readDeadLetters(stage.transport, dead)).toHaveLength(1)
  })
})

describe('a clock', () => {
  it('decides when the next attempt begins, in place and later, and what time the headers state', async () => {
    const { dead } = await createGroupTopics(stage.transport, 'helpers')
    const clock = standing()
    const startMs = clock.now()
    const seen: string[] = []
    const one = stage.subscriber(
      (_, { delivery }) => {
        seen.push(`${delivery.kind} ${delivery.attempt}`)
        throw new Error('no')
      },
      {
        clock,
        deadLetters: true,
        retry: { attempts: 2, baseMs: 600_000, maxMs: 600_000, later: { delayMs: 3_600_000, attempts: 1 } },
      },
    )
    await stage.sendToFirst([message()])
    await one.start()
    await until('it waits for its second attempt', () => clock.waiting === 1)
    expect(seen).toEqual(['live 1'])
    clock.moveTo(startMs + 600_000)
    await until('it waits in the inbox', () => clock.waiting === 1)
    expect(seen).toEqual(['live 1', 'live 2'])
    clock.moveTo(startMs + 4_200_000)
    await until('it is a dead letter', () => one.stats().deadLettered === 1)
    expect(seen).toEqual(['live 1', 'live 2', 'retry 3'])
    const [letter] = await readDeadLetters(stage.transport, dead)
    expect(letter?.note.firstFailure.atMs).toBe(startMs)
    expect(letter?.note.lastFailure.atMs).toBe(startMs + 4_200_000)
  })
})
