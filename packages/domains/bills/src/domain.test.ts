import { expect, it } from 'vitest'
import { bills } from './domain.ts'

it('has exactly these events, each about a household', () => {
  expect(bills.events.map(({ type, version, subject }) => [type, version, subject])).toEqual([
    ['bill.created', '1.0', 'household'],
    ['bill.updated', '1.0', 'household'],
    ['bill.paid', '1.0', 'household'],
    ['bill.overdue', '1.0', 'household'],
  ])
})
