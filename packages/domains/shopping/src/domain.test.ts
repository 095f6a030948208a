import { expect, it } from 'vitest'
import { shopping } from './domain.ts'

it('has exactly these events, each about a household', () => {
  expect(shopping.events.map(({ type, version, subject }) => [type, version, subject])).toEqual([
    ['shopping.item.added', '1.0', 'household'],
    ['shopping.item.updated', '1.0', 'household'],
    ['shopping.item.purchased', '1.0', 'household'],
    ['shopping.item.removed', '1.0', 'household'],
    ['shopping.list.created', '1.0', 'household'],
    ['shopping.list.completed', '1.0', 'household'],
  ])
})
