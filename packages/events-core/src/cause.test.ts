import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { currentCause, withCause } from './cause.ts'

const cause = { eventId: 'e', correlationId: 'c' }

it('is known through asynchronous calls, and nowhere else', async () => {
  const seen = withCause(cause, async () => {
    await setImmediate()
    return currentCause()
  })
  expect(currentCause()).toBeUndefined()
  expect(await seen).toBe(cause)
})

it('can be left', () => {
  expect(withCause(cause, () => withCause(undefined, currentCause))).toBeUndefined()
})
