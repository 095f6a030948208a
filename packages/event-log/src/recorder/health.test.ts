import { describe, expect, it } from 'vitest'
import { healthReasons } from './health.ts'

describe('health', () => {
  it('is degraded for as long as something is wrong', () => {
    const health = healthReasons(1_000)
    expect(health.health()).toEqual({ state: 'up', reasons: [] })
    health.set('a', 'A is wrong.')
    health.set('b', 'B is wrong.')
    health.clear('a')
    expect(health.health()).toEqual({ state: 'degraded', reasons: ['B is wrong.'] })
  })

  it('holds an alarm for its time, counted from the last one', () => {
    let nowMs = 0
    const health = healthReasons(1_000, () => nowMs)
    health.alarm('conflict', 'first')
    nowMs = 900
    health.alarm('conflict', 'second')
    nowMs = 1_800
    expect(health.health()).toEqual({ state: 'degraded', reasons: ['second'] })
    nowMs = 1_900
    expect(health.health().state).toBe('up')
  })

  it('never comes back from down', () => {
    const health = healthReasons(1_000)
    health.down('dead')
    health.set('a', 'A is wrong.')
    health.clear('a')
    expect(health.health()).toEqual({ state: 'down', reasons: ['dead'] })
  })
})
