import { expect, it } from 'vitest'
import { laundry } from './domain.ts'

it('has exactly these events, each about a household', () => {
  expect(laundry.events.map(({ type, version, subject }) => [type, version, subject])).toEqual([
    ['laundry.started', '1.0', 'household'],
    ['laundry.wash.complete', '1.0', 'household'],
    ['laundry.dry.complete', '1.0', 'household'],
  ])
})
