import { isHouseHelperError } from '@house-helper/events-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contractVerdicts, type EventFilterInput, filterFields, filterStatuses } from './event-filter.ts'
import { formatFilter } from './format.ts'
import { parseFilter, resolveFilter } from './parse.ts'

const now = new Date('2026-05-20T10:30:00.000Z')
const parse = (text: string) => parseFilter(text, { now })

/** What a filter is refused with. */
function refusal(attempt: () => unknown): { position?: number; length?: number; expected: string; message: string } {
  try {
    attempt()
  } catch (error) {
    if (!isHouseHelperError(error, 'LOG_FILTER_INVALID')) throw error
    return { ...(error.details as { expected: string }), message: error.message }
  }
  throw new Error('The filter was taken.')
}

describe('a filter', () => {
  it('takes a field given again as either value, and other fields as well', () => {
    expect(parse('type:task.* household:h_42 type:bill.paid')).toEqual({
      type: ['bill.paid', 'task.*'],
      household: ['h_42'],
    })
  })

  it('means the same in any order, with any spaces, and with values said twice', () => {
    expect(formatFilter(parse('  user:u_7\ttype:b type:a\n type:b '))).toBe('type:a type:b user:u_7')
  })

  it('is everything where it is empty', () => {
    expect(parse('  ')).toEqual({})
    expect(formatFilter({})).toBe('')
  })

  it('takes values with spaces, quotation marks and backslashes in quotation marks', () => {
    const filter = parse('source:"my \\"old\\" \\\\ service" id:a"b"'.replace('id:a"b"', 'id:req:1\\2'))
    expect(filter).toEqual({ source: ['my "old" \\ service'], id: ['req:1\\2'] })
    expect(parse(formatFilter(filter))).toEqual(filter)
  })

  it('resolves relative times once, in UTC', () => {
    expect(formatFilter(parse('since:2h until:now'))).toBe(
      'since:2026-05-20T08:30:00.000Z until:2026-05-20T10:30:00.000Z',
    )
    expect(parse('since:yesterday until:today')).toEqual({
      since: '2026-05-19T00:00:00.000Z',
      until: '2026-05-20T00:00:00.000Z',
    })
    expect(parse('since:2026-01-31').since).toBe('2026-01-31T00:00:00.000Z')
    expect(parse('since:2026-01-31T12:00:00.123456789+02:00').since).toBe('2026-01-31T10:00:00.123Z')
    expect(['30s', '15m', '7d', '4w'].map((age) => parse(`since:${age}`).since)).toEqual([
      '2026-05-20T10:29:30.000Z',
      '2026-05-20T10:15:00.000Z',
      '2026-05-13T10:30:00.000Z',
      '2026-04-22T10:30:00.000Z',
    ])
  })

  it.each([
    ['hosehold:h_42', 0, 8, /household, or another of/],
    ['type:task.* colour:red', 12, 6, /type, household/],
    ['type:a task', 7, 4, /field:value/],
    [':a', 0, 2, /field:value/],
    ['type:', 5, 1, /a value after type:/],
    ['type:ta*sk', 7, 3, /at the end only/],
    ['type:*', 5, 1, /task\.\*/],
    ['household:h since:noon', 18, 4, /7d/],
    ['since:999999w', 6, 7, /2h/],
    ['since:2026-02-30', 6, 10, /2026-01-31/],
    ['since:1h since:2h', 15, 2, /one time/],
    ['since:1h until:2h', 15, 2, /since before until/],
    ['contract:bad', 9, 3, /broken/],
    ['status:alive', 7, 5, /dead, open, redriven, discarded/],
    ['source:"abc', 7, 4, /at the end of the value/],
    ['source:"a"b', 10, 1, /a space/],
    ['source:"a\\n"', 9, 2, /\\\\/],
    ['source:a"b', 8, 1, /quotation marks/],
  ])('refuses %j at its place and says what would be right', (text, position, length, expected) => {
    const found = refusal(() => parse(text))
    expect(found).toMatchObject({ position, length })
    expect(found.expected).toMatch(expected)
    expect(found.message).toContain(`at character ${position + 1}`)
  })

  it('is bounded in its length, the length of a value and the number of values', () => {
    expect(refusal(() => parse('x'.repeat(5000)))).toMatchObject({ position: 4096, expected: 'at most 4096' })
    expect(refusal(() => parse(`id:${'x'.repeat(1025)}`))).toMatchObject({ position: 1027, expected: 'at most 1024' })
    expect(refusal(() => parse(`${'id:x '.repeat(50)}id:last`))).toMatchObject({
      position: 253,
      expected: 'at most 50',
    })
  })

  it('is taken as data as well, and refuses what is no text', () => {
    expect(resolveFilter({ type: 'task.*', household: ['b', 'a', 'b'], since: '1d' }, { now })).toEqual({
      type: ['task.*'],
      household: ['a', 'b'],
      since: '2026-05-19T10:30:00.000Z',
    })
    for (const bad of [{ type: { $ne: null } }, { type: [['a']] }, { colour: 'red' }, [], null, 7, { since: 5 }]) {
      refusal(() => resolveFilter(bad as unknown as EventFilterInput, { now }))
    }
    const long = Array.from({ length: 5 }, (_, index) => `${index}${'y'.repeat(1000)}`)
    expect(refusal(() => resolveFilter({ id: long }, { now })).expected).toBe('at most 4096')
  })

  it('is equal to what its canonical text is read as, at any later time', () => {
    const later = new Date('2031-01-01T00:00:00Z')
    fc.assert(
      fc.property(anyFilter, (input) => {
        const filter = resolveFilter(input, { now })
        const text = formatFilter(filter)
        expect(parseFilter(text, { now: later })).toEqual(filter)
        expect(formatFilter(parseFilter(text, { now: later }))).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  it('is refused by its own error whatever the text is', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z:"\\ *]{0,20}$/))
    fc.assert(
      fc.property(text, (text) => {
        try {
          parse(text)
        } catch (error) {
          if (!isHouseHelperError(error, 'LOG_FILTER_INVALID')) throw error
        }
      }),
    )
  })
})

const value = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.stringMatching(/^[a-z:"\\ ]{1,20}$/),
)
const values = fc.uniqueArray(value, { minLength: 1, maxLength: 4 })
const pattern = fc.tuple(value, fc.constantFrom('', '*')).map(([text, star]) => `${text.replaceAll('*', '-')}${star}`)
const listed = filterFields.filter((field) => !['type', 'contract', 'status', 'since', 'until'].includes(field))
const time = fc.date({ min: new Date('0001-01-01'), max: new Date('9990-01-01'), noInvalidDate: true })
const span = fc.tuple(time, fc.integer({ min: 1, max: 1e10 }), fc.constantFrom('since', 'until', 'both'))

const anyFilter: fc.Arbitrary<EventFilterInput> = fc
  .tuple(
    fc.record(Object.fromEntries(listed.map((field) => [field, values])), { requiredKeys: [] }),
    fc.record(
      {
        type: fc.uniqueArray(pattern, { minLength: 1, maxLength: 3 }),
        contract: fc.subarray([...contractVerdicts], { minLength: 1 }),
        status: fc.subarray([...filterStatuses], { minLength: 1 }),
      },
      { requiredKeys: [] },
    ),
    fc.option(span, { nil: undefined }),
  )
  .map(([texts, others, times]) => ({ ...texts, ...others, ...(times === undefined ? {} : timesOf(times)) }))

function timesOf([start, length, which]: [Date, number, string]): EventFilterInput {
  const since = start.toISOString()
  const until = new Date(start.getTime() + length).toISOString()
  return { ...(which === 'until' ? {} : { since }), ...(which === 'since' ? {} : { until }) }
}
