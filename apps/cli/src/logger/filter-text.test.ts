import { describe, expect, it } from 'vitest'
import { filterText, markedFilter } from './filter-text.ts'

describe('filterText', () => {
  it('puts words first, then options, in quotation marks where they need them', () => {
    const options = { household: 'h 1', user: 'say "x\\y"', type: undefined, since: '2h' }
    expect(filterText(['type:task.*', 'contract:broken'], options)).toBe(
      'type:task.* contract:broken household:"h 1" user:"say \\"x\\\\y\\"" since:2h',
    )
  })
})

describe('markedFilter', () => {
  it.each([
    [0, 4, '  type:x y:z\n  ^^^^'],
    [7, 1, '  type:x y:z\n         ^'],
    [10, 5, '  type:x y:z\n            ^'],
  ])('marks from %i on %i characters', (position, length, marked) => {
    expect(markedFilter('type:x y:z', position, length)).toBe(marked)
  })
})
