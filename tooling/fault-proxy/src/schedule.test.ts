import { expect, it } from 'vitest'
import { randomSchedule } from './schedule.ts'

const options = {
  faults: 50,
  kinds: ['cut-before', 'delay'],
  requests: ['Produce', 'Fetch'],
  maxPauseMs: 100,
  maxDelayMs: 10,
} as const

it('gives the same schedule for the same seed, and another for another', () => {
  expect(randomSchedule({ seed: 7, ...options })).toEqual(randomSchedule({ seed: 7, ...options }))
  expect(randomSchedule({ seed: 7, ...options })).not.toEqual(randomSchedule({ seed: 8, ...options }))
})

it('stays within what it was given', () => {
  for (const { afterMs, fault } of randomSchedule({ seed: 1, ...options })) {
    expect(afterMs).toBeLessThanOrEqual(100)
    expect(options.kinds).toContain(fault.kind)
  }
})
