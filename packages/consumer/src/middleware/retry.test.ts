import { describe, expect, it } from 'vitest'
import { backoffMs } from './retry.ts'

describe('the pause before the next attempt', () => {
  const options = { attempts: 10, baseMs: 100, maxMs: 1000 }

  it('doubles up to its maximum', () => {
    expect([1, 2, 3, 4, 5, 60].map((attempts) => backoffMs(options, attempts, 1))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ])
  })

  it('is spread over the upper half, so that keys that failed together do not come back together', () => {
    expect([0, 0.5, 1].map((random) => backoffMs(options, 3, random))).toEqual([200, 300, 400])
  })
})
