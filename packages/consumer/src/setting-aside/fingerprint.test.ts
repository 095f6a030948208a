import { expect, it } from 'vitest'
import { fingerprintOf } from './fingerprint.ts'

const of = (message: string, code = 'HANDLER_FAILED', type = 'task.completed') => fingerprintOf(type, code, message)

it('is the same for failures that differ in ids, numbers and quoted texts', () => {
  expect(of('User 0198f0a2-7e61-7c5a "Ann" has 12 points')).toBe(of('User 1f-22 "Bob" has 7 points'))
})

it('differs with the words, the code and the event type', () => {
  const all = [of('a'), of('b'), of('a', 'HANDLER_TIMEOUT'), of('a', 'HANDLER_FAILED', 'bill.paid')]
  expect(new Set(all).size).toBe(4)
  for (const one of all) expect(one).toMatch(/^[0-9a-f]{16}$/)
})
