import { expect, it, vi } from 'vitest'
import { createPace, createSpeedometer } from './pace.ts'

it('sends in steps of a tenth of a second, of one event at least and a thousand at most', () => {
  expect([1, 100, 5_000, 1_000_000].map((rate) => createPace(rate).step)).toEqual([1, 10, 500, 1_000])
})

it('keeps to its rate from the beginning, and ends with its signal', async () => {
  const pace = createPace(200)
  const stopping = new AbortController()
  const startedMs = performance.now()
  for (let n = 0; n < 5; n++) await pace.admit(20, stopping.signal)
  // The fifth is due after four tenths of a second.
  expect(performance.now() - startedMs).toBeGreaterThan(390)
  stopping.abort(new Error('enough'))
  await expect(pace.admit(1, stopping.signal)).rejects.toThrow()
})

it('measures the last seconds, and forgets what was before', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const speed = createSpeedometer()
    for (let n = 0; n < 20; n++) {
      vi.advanceTimersByTime(500)
      speed.count(100)
    }
    expect(speed.perSecond()).toBeCloseTo(200, -1)
    vi.advanceTimersByTime(60_000)
    expect(speed.perSecond()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
