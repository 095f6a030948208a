import { expect, it } from 'vitest'
import { notifications } from './domain.ts'

it('has exactly these events, each about a user', () => {
  expect(notifications.events.map(({ type, version, subject }) => [type, version, subject])).toEqual([
    ['notification.sent', '1.0', 'user'],
    ['notification.clicked', '1.0', 'user'],
  ])
})
