import { bills } from '@house-helper/bills'
import { encodeEnvelope } from '@house-helper/events-core'
import { households } from '@house-helper/households'
import { laundry } from '@house-helper/laundry'
import { notifications } from '@house-helper/notifications'
import { shopping } from '@house-helper/shopping'
import { tasks } from '@house-helper/tasks'
import { timers } from '@house-helper/timers'
import { users } from '@house-helper/users'
import { describe, expect, it } from 'vitest'
import { type HouseholdEventsOptions, householdEvents } from './household-events.ts'
import type { SimulatedEvent } from './simulated-event.ts'

const domains = { bills, households, laundry, notifications, shopping, tasks, timers, users }

function first(count: number, seed: number, options?: HouseholdEventsOptions): SimulatedEvent[] {
  const events = householdEvents(seed, options)
  return Array.from({ length: count }, () => events.next().value)
}

/** What an event is about: the field of its data that names it. */
function aboutOf(event: SimulatedEvent, field: string): unknown {
  return (event.data as Readonly<Record<string, unknown>>)[field]
}

const events = first(40_000, 1)

describe('the events of a seed', () => {
  it('are the same each time', () => {
    expect(first(2_000, 1)).toEqual(events.slice(0, 2_000))
  })

  it('differ from those of another seed', () => {
    const ids = new Set(events.map(({ fields }) => fields.id))
    expect(first(2_000, 2).filter(({ fields }) => ids.has(fields.id))).toEqual([])
  })

  it('are what their publishers accept', () => {
    const refused = events.filter(
      ({ domain, type, data }) => domains[domain].contract(type)?.check('publisher', data).ok !== true,
    )
    expect(refused).toEqual([])
  })

  it('have every type of every domain', () => {
    const types = Object.values(domains).flatMap((domain) => domain.events.map(({ type }) => type))
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual(types.sort())
  })

  it('have ids of their own and come in the order of their times', () => {
    expect(new Set(events.map(({ fields }) => fields.id)).size).toBe(events.length)
    const times = events.map(({ fields }) => fields.timestamp)
    expect(times).toEqual([...times].sort())
  })

  it('name the user where they are about one', () => {
    const about = events.filter(({ domain }) => domain === 'users' || domain === 'notifications')
    expect(about.filter(({ fields }) => fields.userId === undefined)).toEqual([])
  })

  it('are of the size of real ones: about 480 bytes on the wire', () => {
    const bytes = events.reduce((sum, event) => sum + bytesOnWire(event), 0)
    expect(bytes / events.length).toBeGreaterThan(440)
    expect(bytes / events.length).toBeLessThan(520)
  })
})

describe('the stories', () => {
  it('give an effect the correlation id of its cause, which came before it', () => {
    const correlation = new Map<string, string>()
    for (const { fields } of events) {
      const { id, correlationId, causationId } = fields
      expect(correlationId).toBe(causationId === undefined ? id : correlation.get(causationId))
      correlation.set(id, correlationId)
    }
    expect(correlation.size).toBeGreaterThan(new Set(correlation.values()).size)
  })

  it.each([
    ['task.completed', 'task.created', 'taskId'],
    ['task.deleted', 'task.created', 'taskId'],
    ['shopping.item.added', 'shopping.list.created', 'listId'],
    ['shopping.item.purchased', 'shopping.item.added', 'itemId'],
    ['shopping.list.completed', 'shopping.list.created', 'listId'],
    ['bill.paid', 'bill.created', 'billId'],
    ['bill.overdue', 'bill.created', 'billId'],
    ['laundry.wash.complete', 'laundry.started', 'cycleId'],
    ['laundry.dry.complete', 'laundry.wash.complete', 'cycleId'],
    ['timer.completed', 'timer.started', 'timerId'],
    ['timer.resumed', 'timer.paused', 'timerId'],
    ['notification.clicked', 'notification.sent', 'notificationId'],
    ['household.member.removed', 'household.member.added', 'memberId'],
  ])('have %s only after %s of the same %s, in the same household', (later, earlier, field) => {
    const places = new Map<unknown, string>()
    let found = 0
    for (const event of events) {
      if (event.type === earlier) places.set(aboutOf(event, field), event.fields.householdId)
      if (event.type !== later) continue
      expect(places.get(aboutOf(event, field))).toBe(event.fields.householdId)
      found++
    }
    expect(found).toBeGreaterThan(0)
  })

  it('complete a task, or delete it, once', () => {
    const ended = events.filter(({ type }) => type === 'task.completed' || type === 'task.deleted')
    expect(new Set(ended.map((event) => aboutOf(event, 'taskId'))).size).toBe(ended.length)
  })

  it('have quiet nights', () => {
    const hours = events.map(({ fields }) => Number(fields.timestamp.slice(11, 13)))
    const night = hours.filter((hour) => hour >= 1 && hour < 5).length
    const evening = hours.filter((hour) => hour >= 17 && hour < 21).length
    expect(evening).toBeGreaterThan(5 * night)
  })
})

describe('householdEvents', () => {
  it('takes its times from a given clock', () => {
    let now = Date.UTC(2030, 5, 1)
    const timestamps = first(100, 1, { nowMs: () => now++ }).map(({ fields }) => fields.timestamp)
    expect(timestamps[0]).toBe('2030-06-01T00:00:00.000Z')
    expect(timestamps.every((time) => time.startsWith('2030-06-01T00:00:0'))).toBe(true)
  })

  it('has as many households as asked for', () => {
    const ids = first(5_000, 1, { households: 7 }).map(({ fields }) => fields.householdId)
    expect(new Set(ids).size).toBe(7)
  })

  it('refuses to simulate nobody', () => {
    expect(() => first(1, 1, { households: 0 })).toThrow(RangeError)
  })
})

function bytesOnWire({ domain, type, data, fields }: SimulatedEvent): number {
  const { correlationId, causationId, ...envelope } = fields
  const metadata = { correlationId, ...(causationId === undefined ? undefined : { causationId }) }
  const value = encodeEnvelope({
    ...envelope,
    type,
    source: `${domain}-service`,
    version: '1.0',
    data: { ...data },
    metadata,
  })
  return value.length
}
