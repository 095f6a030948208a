import { describe, expect, it } from 'vitest'
import { until } from '../test/condition.ts'
import { createGroupTopics, message, readDeadLetters } from '../test/household.ts'
import { memoryStage, onChores } from '../test/stage.ts'
import type { HandlerContext } from './handler-context.ts'

const stage = memoryStage()

type Throwing = (context: Pick<HandlerContext, 'signal'>) => unknown

const hostile = new Proxy(
  {},
  {
    get() {
      throw new Error('not even to be looked at')
    },
  },
)

function thrown(value: unknown): Throwing {
  return () => {
    throw value
  }
}

/** Everything that a handler can end with but success; the words are those of its dead letter. */
const throwables: readonly (readonly [string, Throwing, string])[] = [
  ['a SyntaxError', () => JSON.parse('{'), 'SyntaxError'],
  ['a TypeError', () => (undefined as unknown as { name: string }).name, 'TypeError'],
  ['null', thrown(null), 'object null'],
  ['undefined', thrown(undefined), 'undefined'],
  ['a string', thrown('no more soap'), 'no more soap'],
  ['an object that cannot be looked at', thrown(hostile), 'cannot be described'],
  ['a promise that is rejected with null', () => Promise.reject(null), 'object null'],
  ['a promise that is rejected with a string', () => Promise.reject('no more soap'), 'no more soap'],
  // biome-ignore lint/suspicious/noThenProperty: that is what a thenable is.
  ['a thenable that throws', () => ({ then: thrown(new TypeError('not so')) }), 'not so'],
  ['an error out of a promise that nobody awaits in time', ({ signal }) => aborted(signal), 'was not done after'],
]

/** Rejects when the deadline has passed. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('too late'))))
}

describe.each(throwables)('a handler that ends with %s', (_, ending, words) => {
  it.each(['handle', 'handleBatch'] as const)(
    '(%s) is tried again, and the event is a dead letter in the end; other keys go on',
    async (kind) => {
      const { dead } = await createGroupTopics(stage.transport, 'helpers')
      let calls = 0
      const fail = (context: Pick<HandlerContext, 'signal'>): unknown => {
        calls += 1
        return ending(context)
      }
      const handlers = {
        handle: {
          'chore.started': {
            handle: ({ id }: { id: string }, context: HandlerContext) => (id === 'bad' ? fail(context) : undefined),
          },
        },
        handleBatch: {
          'chore.started': {
            handleBatch: (
              events: readonly { id: string }[],
              context: HandlerContext & { done: (event: never) => unknown },
            ) =>
              events.some(({ id }) => id === 'bad')
                ? fail(context)
                : events.map((event) => context.done(event as never)),
          },
        },
      }
      const retry = { attempts: 2, baseMs: 1 }
      const one = stage.subscriberOn({
        on: [onChores(handlers[kind] as never)],
        retry,
        deadLetters: true,
        timeoutMs: 60,
      })
      await one.start()
      await stage.sendToFirst([message({ id: 'bad', householdId: 'bad' }), message({ id: 'good' })])
      await until('it is a dead letter, and the other one handled', () => {
        const { deadLettered, handled } = one.stats()
        return deadLettered === 1 && handled === 1
      })
      await stage.sendToFirst([message({ id: 'next', householdId: 'bad' })])
      await until('its key goes on', () => one.stats().handled === 2)
      expect(calls).toBe(2)
      const [letter] = await readDeadLetters(stage.transport, dead)
      expect(letter?.note).toMatchObject({ attempts: 2 })
      expect(letter?.note.lastFailure.message).toContain(words)
      expect(one.health().status).toBe('up')
    },
  )
})

describe('a handler that never settles', () => {
  it.each(['handle', 'handleBatch'] as const)(
    '(%s) holds its own key, which health says; other keys go on',
    async (kind) => {
      const never = new Promise<never>(() => {})
      const handlers = {
        handle: {
          'chore.started': { handle: ({ id }: { id: string }) => (id === 'bad' ? never : undefined) },
        },
        handleBatch: {
          'chore.started': {
            handleBatch: (events: readonly { id: string }[], { done }: { done: (event: never) => unknown }) =>
              events.some(({ id }) => id === 'bad') ? never : events.map((event) => done(event as never)),
          },
        },
      }
      const one = stage.subscriberOn({ on: [onChores(handlers[kind] as never)], timeoutMs: 60, concurrency: 1 })
      await one.start()
      await stage.sendToFirst([message({ id: 'bad', householdId: 'bad' }), message({ id: 'good' })])
      await until('the other one is handled', () => one.stats().handled === 1)
      await until('it is overdue', () => one.stats().overdue === 1)
      expect(one.health()).toMatchObject({ status: 'degraded', reasons: [{ code: 'HANDLER_OVERDUE' }] })
      await stage.sendToFirst([message({ id: 'more' })])
      await until('others go on', () => one.stats().handled === 2)
    },
  )
})
