import { describe, expect, it } from 'vitest'
import { createPace } from './pace.ts'

describe('a pace of 10 a second', () => {
  it('has one due at once and one every 100 ms', () => {
    let now = 0
    const pace = createPace(10, () => now)
    expect([pace.take(), pace.take(), pace.untilNextMs()]).toEqual([1, 0, 100])
    now = 99
    expect([pace.take(), pace.untilNextMs()]).toEqual([0, 1])
    now = 100
    expect(pace.take()).toBe(1)
  })

  it('catches up with what it was late for', () => {
    let now = 0
    const pace = createPace(10, () => now)
    pace.take()
    now = 450
    expect([pace.take(), pace.untilNextMs()]).toEqual([4, 50])
  })

  it('leaves what is missed in more than a second', () => {
    let now = 0
    const pace = createPace(10, () => now)
    pace.take()
    now = 60_000
    expect([pace.take(), pace.untilNextMs()]).toEqual([10, 100])
  })
})
