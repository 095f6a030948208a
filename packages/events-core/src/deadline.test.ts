import { describe, expect, it } from 'vitest'
import { within } from './deadline.ts'

const never = new Promise<never>(() => {})

describe('waiting with a deadline', () => {
  it('ends with the work that is in time', async () => {
    expect(await within(Promise.resolve('done'), 60_000)).toBe(true)
  })

  it('ends at the deadline, also at one that has passed', async () => {
    expect(await within(never, 1)).toBe(false)
    expect(await within(never, -1)).toBe(false)
  })

  it('rejects with work that rejects in time, and is deaf to what comes later', async () => {
    await expect(within(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken')
    const late = Promise.withResolvers<void>()
    expect(await within(late.promise, 1)).toBe(false)
    // Were nobody listening any more, this would end the test run as an unhandled rejection.
    late.reject(new Error('late'))
    await new Promise(setImmediate)
  })
})
