import { expect, it } from 'vitest'
import { tasks } from './domain.ts'

it('has exactly these events, each about a household', () => {
  expect(tasks.events.map(({ type, version, subject }) => [type, version, subject])).toEqual([
    ['task.created', '1.0', 'household'],
    ['task.updated', '1.0', 'household'],
    ['task.completed', '1.0', 'household'],
    ['task.deleted', '1.0', 'household'],
  ])
})
