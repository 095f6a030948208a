import { expect, it } from 'vitest'
import { createAgenda } from './agenda.ts'
import { createRandom } from './random.ts'

it('gives back the earliest entry first, and of equal times the one put in first', () => {
  const random = createRandom(7)
  const agenda = createAgenda<number>()
  const entries = Array.from({ length: 500 }, (_, index) => ({ timeMs: random.integer(0, 50), entry: index }))
  for (const { timeMs, entry } of entries) agenda.add(timeMs, entry)
  const taken = Array.from({ length: 500 }, () => agenda.take()?.entry)
  const expected = entries.toSorted((a, b) => a.timeMs - b.timeMs || a.entry - b.entry).map(({ entry }) => entry)
  expect(taken).toEqual(expected)
  expect(agenda.take()).toBeUndefined()
})
