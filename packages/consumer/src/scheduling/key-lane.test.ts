import { decodeEnvelope, type FetchedMessage } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { chores, people } from '../../test/domain.ts'
import { message } from '../../test/household.ts'
import { defineHandlers } from '../handlers.ts'
import { createRoutes } from '../route.ts'
import { laneKey, TopicLanes } from './key-lane.ts'
import type { PendingEvent } from './pending-event.ts'

const routes = createRoutes(
  [defineHandlers(chores, { 'chore.started': () => {} }), defineHandlers(people, { 'person.moved': () => {} })],
  { retry: { attempts: 1, baseMs: 1, maxMs: 1 }, timeoutMs: 1 },
)

function keyOf(given: Parameters<typeof message>[0]): string {
  const fetched: FetchedMessage = { offset: 0, timestampMs: 0, headers: [], ...message(given) }
  const decoded = decodeEnvelope(fetched.value)
  if (!decoded.readable) throw new Error(decoded.message)
  const route = routes.get(decoded.envelope.type)
  if (route === undefined) throw new Error('no route')
  return laneKey(fetched, decoded.envelope, route)
}

describe('the lane of an event', () => {
  it('is its message’s key', () => {
    expect(keyOf({ key: 'other' })).toBe('other')
    expect(keyOf({ key: 'household-7', householdId: 'household-7' })).toBe('household-7')
    expect(keyOf({ key: 'household-8', householdId: 'household-7' })).toBe('household-8')
    expect(keyOf({ key: 'küche', householdId: 'kÃ¼che' })).toBe('küche')
  })

  it('is the subject that its contract names where there is no key, or an empty one', () => {
    const ids = { householdId: 'household-7', userId: 'user-7', key: null }
    expect(keyOf(ids)).toBe('household-7')
    expect(keyOf({ ...ids, key: '' })).toBe('household-7')
    expect(keyOf({ ...ids, type: 'person.moved' })).toBe('user-7')
  })

  it('is its own where it names no subject', () => {
    expect(keyOf({ id: 'e-7', type: 'person.moved', key: null })).toBe('e-7')
  })
})

describe('the lanes of a topic', () => {
  it('are the same for the same key', () => {
    const lanes = new TopicLanes()
    expect(lanes.lane('a')).toBe(lanes.lane('a'))
    expect(lanes.lane('a')).not.toBe(lanes.lane('b'))
  })

  it('do not grow with the number of keys, but keep every one that is busy', () => {
    const lanes = new TopicLanes()
    const busy = Array.from({ length: 700 }, (_, n) => lanes.lane(`busy-${n}`))
    for (const lane of busy) lane.current = {} as PendingEvent
    for (let n = 0; n < 50_000; n++) lanes.lane(`idle-${n}`)
    expect(lanes.size).toBeLessThan(10_000)
    busy.forEach((lane, n) => {
      expect(lanes.lane(`busy-${n}`)).toBe(lane)
    })
  })
})
