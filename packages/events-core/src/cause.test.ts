import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { CauseScope, causeHasToBeNamed, currentCause, withCause, withCauseToBeNamed } from './cause.ts'

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

it('is the own one of each call within a scope, however they overlap', async () => {
  const scope = new CauseScope()
  const later = async (turns: number) => {
    const seen = [currentCause()?.eventId]
    for (let turn = 0; turn < turns; turn++) await setImmediate()
    return [...seen, currentCause()?.eventId]
  }
  const calls = ['a', 'b', 'c'].map((eventId, index) => scope.run({ eventId, correlationId: 'c' }, later, 3 - index))
  expect(currentCause()).toBeUndefined()
  expect(await Promise.all(calls)).toEqual([
    ['a', 'a'],
    ['b', 'b'],
    ['c', 'c'],
  ])
})

it('is left with a scope, and what the caller had comes back, thrown errors or not', () => {
  const scope = new CauseScope()
  const fail = (): never => {
    throw new Error('as it should')
  }
  withCause({ eventId: 'outer', correlationId: 'c' }, () => {
    expect(scope.run(cause, currentCause, undefined)).toBe(cause)
    expect(currentCause()).toMatchObject({ eventId: 'outer' })
    expect(() => scope.run(cause, fail, undefined)).toThrowError('as it should')
    expect(currentCause()).toMatchObject({ eventId: 'outer' })
  })
  expect(currentCause()).toBeUndefined()
})

it('is entered in the context of where its scope was made', () => {
  const tenant = new AsyncLocalStorage<string>()
  const scope = tenant.run('made', () => new CauseScope())
  const seen = tenant.run('called', () => [scope.run(cause, () => tenant.getStore(), undefined), tenant.getStore()])
  expect(seen).toEqual(['made', 'called'])
})
