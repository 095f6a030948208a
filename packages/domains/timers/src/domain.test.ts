import { expect, it } from 'vitest'
import { timers } from './domain.ts'

it('has exactly these events, each about a household', () => {
  expect(timers.events.map(({ type, version, subject }) => [type, version, subject])).toEqual([
    ['timer.started', '1.0', 'household'],
    ['timer.paused', '1.0', 'household'],
    ['timer.resumed', '1.0', 'household'],
    ['timer.completed', '1.0', 'household'],
    ['timer.cancelled', '1.0', 'household'],
  ])
})
