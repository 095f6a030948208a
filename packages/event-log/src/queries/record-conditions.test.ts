import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prefixRange, recordConditions, typeCondition } from './record-conditions.ts'

const inRange = (text: string, { $gte, $lt }: { $gte: string; $lt?: string }) =>
  Buffer.compare(Buffer.from(text), Buffer.from($gte)) >= 0 &&
  ($lt === undefined || Buffer.compare(Buffer.from(text), Buffer.from($lt)) < 0)

describe('the range of a beginning', () => {
  it('has every text that begins so, and no other, as MongoDB compares them', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 })
    const edge = fc.constantFrom('', '\ud7ff', '\ue000', '\uffff', '\u{10ffff}', '\u{10000}', 'a')
    const beginning = fc.tuple(text, edge).map((parts) => parts.join(''))
    fc.assert(
      fc.property(beginning, text, edge, (start, rest, other) => {
        const range = prefixRange(start)
        expect(inRange(`${start}${rest}`, range)).toBe(true)
        for (const another of [rest, other, `${other}${rest}`, start.slice(0, -1)]) {
          if (!another.isWellFormed() || !start.isWellFormed()) continue
          expect([another, inRange(another, range)]).toEqual([another, another.startsWith(start)])
        }
      }),
    )
  })

  it('has no end where nothing can come after it', () => {
    expect(prefixRange('\u{10ffff}')).toEqual({ $gte: '\u{10ffff}' })
    expect(prefixRange('a\u{10ffff}')).toEqual({ $gte: 'a\u{10ffff}', $lt: 'b' })
  })
})

describe('the conditions of a filter', () => {
  it('are ranges and equalities of texts', () => {
    expect(typeCondition(['task.*'])).toEqual({ type: { $gte: 'task.', $lt: 'task/' } })
    expect(typeCondition(['a', 'b', 'task.*'])).toEqual({
      $or: [{ type: { $in: ['a', 'b'] } }, { type: { $gte: 'task.', $lt: 'task/' } }],
    })
    const filter = { household: ['$where'], user: ['a', 'b'], since: '2026-01-01T00:00:00.000Z' }
    expect(recordConditions(filter)).toEqual([
      { householdId: { $eq: '$where' } },
      { userId: { $in: ['a', 'b'] } },
      { time: { $gte: new Date('2026-01-01') } },
    ])
  })
})
