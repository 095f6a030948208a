import { expect, it } from 'vitest'
import { users } from './domain.ts'

it('has exactly these events, each about a user', () => {
  expect(users.events.map(({ type, version, subject }) => [type, version, subject])).toEqual([
    ['user.registered', '1.0', 'user'],
    ['user.logged.in', '1.0', 'user'],
    ['user.updated', '1.0', 'user'],
  ])
})
