import { defineDomain, defineEvent, openEnum } from '@house-helper/events-core'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { defineHandlers, type HandlerSet, type Handlers } from './handlers.ts'

const common = { version: '1.0', description: 'Something happened.' } as const
const tasks = defineDomain({
  name: 'tasks',
  events: [
    defineEvent({
      ...common,
      type: 'task.completed',
      data: z.object({ taskId: z.string(), effort: openEnum(['low', 'high']).optional() }),
      example: { taskId: 'task-1' },
    }),
    defineEvent({ ...common, type: 'task.deleted', data: z.object({ why: z.string() }), example: { why: 'done' } }),
    defineEvent({
      ...common,
      type: 'task.preferred',
      subject: 'user',
      data: z.object({ dark: z.boolean() }),
      example: { dark: true },
    }),
  ],
})
const onTasks = (handlers: Handlers<typeof tasks>): HandlerSet => defineHandlers(tasks, handlers)

describe('a domain package’s one-liner', () => {
  it('types the event by its key', () => {
    onTasks({
      'task.completed': (event, context) => {
        expectTypeOf(event.type).toEqualTypeOf<'task.completed'>()
        expectTypeOf(event.data.taskId).toEqualTypeOf<string>()
        expectTypeOf(event.data.effort).toEqualTypeOf<'low' | 'high' | (string & Record<never, never>) | undefined>()
        expectTypeOf(event.householdId).toEqualTypeOf<string>()
        expectTypeOf(event.userId).toEqualTypeOf<string | undefined>()
        expectTypeOf(event.correlationId).toEqualTypeOf<string>()
        expectTypeOf(event.causationId).toEqualTypeOf<string | undefined>()
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(context.delivery.kind).toEqualTypeOf<'live' | 'retry' | 'redrive' | 'replay'>()
        expectTypeOf(context.reject).returns.toBeNever()
        // @ts-expect-error: another event's field
        event.data.why
        // @ts-expect-error: events are not changed
        event.id = 'other'
      },
      'task.deleted': {
        handle: async ({ data }) => expectTypeOf(data).toEqualTypeOf<{ why: string }>(),
        retry: { attempts: 3 },
        timeoutMs: 1000,
        onReplay: 'skip',
      },
    })
  })

  it('requires the user of an event that is about a user', () => {
    onTasks({
      'task.preferred': ({ userId, householdId }) => {
        expectTypeOf(userId).toEqualTypeOf<string>()
        expectTypeOf(householdId).toEqualTypeOf<string | undefined>()
      },
    })
  })

  it('ends a handler at reject', () => {
    onTasks({
      'task.completed': ({ data }, { reject }): string => {
        if (data.taskId === '') return reject('no task')
        return data.taskId
      },
    })
  })

  it('knows only the domain’s types', () => {
    // @ts-expect-error: no such type
    onTasks({ 'task.complete': () => {} })
    // @ts-expect-error: a type of another domain
    onTasks({ 'task.completed': () => {}, 'bill.paid': () => {} })
  })

  it('takes functions or options with handle, and only known settings', () => {
    // @ts-expect-error: not a function
    onTasks({ 'task.completed': 'handle' })
    // @ts-expect-error: no handle
    onTasks({ 'task.completed': { timeoutMs: 5 } })
    // @ts-expect-error: no such replay policy
    onTasks({ 'task.completed': { handle: () => {}, onReplay: 'maybe' } })
    // @ts-expect-error: no such setting
    onTasks({ 'task.completed': { handle: () => {}, retries: 5 } })
  })

  it('takes a batch handler, whose events are typed by their key, and which says what came of each', () => {
    onTasks({
      'task.completed': {
        handleBatch: async (events, { done, failed, rejected, signal, delivery }) => {
          expectTypeOf(events).items.toHaveProperty('type').toEqualTypeOf<'task.completed'>()
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
          return events.map((event) => {
            expectTypeOf(event.data.taskId).toEqualTypeOf<string>()
            expectTypeOf(delivery(event).attempt).toEqualTypeOf<number>()
            // @ts-expect-error: another event's field
            void event.data.why
            if (event.data.taskId === '') return rejected(event, 'no task')
            return event.householdId === '' ? failed(event, new Error('no household')) : done(event)
          })
        },
        maxBatchEvents: 50,
        retry: { attempts: 3 },
      },
      'task.deleted': { handleBatch: (events, { done }) => events.map(done) },
    })
  })

  it('refuses a batch handler that says nothing, or something else, of its events', () => {
    // @ts-expect-error: no outcomes
    onTasks({ 'task.completed': { handleBatch: async () => {} } })
    // @ts-expect-error: outcomes are made by done, failed and rejected
    onTasks({ 'task.completed': { handleBatch: (events) => events.map(() => true) } })
    onTasks({
      'task.completed': {
        handleBatch: (events, { done, rejected }) => {
          // @ts-expect-error: no reason
          const outcome = rejected(events[0])
          // @ts-expect-error: there may be no second event
          return [outcome, done(events[1])]
        },
      },
    })
  })

  it('takes either handle or handleBatch, and a bound for batches only', () => {
    // @ts-expect-error: both
    onTasks({ 'task.completed': { handle: () => {}, handleBatch: (events, { done }) => events.map(done) } })
    // @ts-expect-error: one event at a time has no bound
    onTasks({ 'task.completed': { handle: () => {}, maxBatchEvents: 5 } })
  })
})
