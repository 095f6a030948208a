import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { causeHasToBeNamed, currentCause, withCause, withCauseToBeNamed } from './cause.ts'

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

it('has to be named where several events are handled at once, and nowhere else', async () => {
  const seen = withCauseToBeNamed(async () => {
    await setImmediate()
    return [causeHasToBeNamed(), currentCause(), withCause(cause, causeHasToBeNamed)]
  })
  expect(causeHasToBeNamed()).toBe(false)
  expect(await seen).toEqual([true, undefined, false])
})
