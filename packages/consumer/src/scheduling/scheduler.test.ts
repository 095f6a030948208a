import { expect, it } from 'vitest'
import { SubscriberError } from '../errors.ts'
import type { Route } from '../route.ts'
import { KeyLane } from './key-lane.ts'
import { PartitionWindow } from './partition-window.ts'
import { PendingEvent } from './pending-event.ts'
import { Scheduler } from './scheduler.ts'

it('starts nothing of a lane when the work of an event ends that was dropped before', async () => {
  const lane = new KeyLane()
  const work = Promise.withResolvers<void>()
  const started: number[] = []
  const scheduler = new Scheduler({
    concurrency: 4,
    handle: (event) => {
      started.push(event.offset)
      return event.offset === 0 ? scheduler.park(event, () => {}, work.promise) : new Promise(() => {})
    },
    gather: () => {
      throw new Error('There is no batch here.')
    },
    done: () => {},
    defect: (error) => {
      throw error
    },
  })
  const window = () => new PartitionWindow({ topic: 't', partition: 0, committed: undefined }, 'group', 0)
  const add = (to: PartitionWindow, offset: number): void => {
    const fetched = { key: null, value: null, headers: [], offset, timestampMs: 0 }
    // Nothing here looks at how an event is routed.
    const event = new PendingEvent(to, lane, {} as Route, fetched, {} as PendingEvent['envelope'])
    to.watermark.add(event)
    scheduler.push(event)
    scheduler.dispatch()
  }
  const first = window()
  add(first, 0)
  scheduler.drop(first, new SubscriberError('PARTITION_LOST', 'In a test.'))
  const second = window()
  add(second, 1)
  add(second, 2)
  expect(started).toEqual([0, 1])
  work.resolve()
  await new Promise(setImmediate)
  expect(started).toEqual([0, 1])
  expect(lane.current?.offset).toBe(1)
})
