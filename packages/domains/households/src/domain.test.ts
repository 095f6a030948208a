import { expect, it } from 'vitest'
import { households } from './domain.ts'

it('has exactly these events, each about a household', () => {
  expect(households.events.map(({ type, version, subject }) => [type, version, subject])).toEqual([
    ['household.created', '1.0', 'household'],
    ['household.member.added', '1.0', 'household'],
    ['household.member.removed', '1.0', 'household'],
    ['household.activity', '1.0', 'household'],
  ])
})
