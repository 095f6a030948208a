import { expect, it } from 'vitest'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

it.each([
  ['2025-10-09T12:00:00Z', Date.UTC(2025, 9, 9, 12)],
  ['2025-10-09T12:00:00.5Z', Date.UTC(2025, 9, 9, 12, 0, 0, 500)],
  ['2025-10-09T14:00:00.123456789+02:00', Date.UTC(2025, 9, 9, 12, 0, 0, 123)],
  ['2025-10-09t12:00:00z', Date.UTC(2025, 9, 9, 12)],
  ['2024-02-29T12:00:00Z', Date.UTC(2024, 1, 29, 12)],
  ['0000-02-29T12:00:00Z', Date.parse('0000-02-29T12:00:00Z')],
  ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
])('reads %s', (text, ms) => {
  expect(parseTimestamp(text)).toBe(ms)
})

it.each([
  '2025-10-09',
  '2025-10-09T12:00Z',
  '2025-13-09T12:00:00Z',
  '2025-10-09T12:00:00',
  '2025-02-30T12:00:00Z',
  '2025-02-29T12:00:00Z',
  '1900-02-29T12:00:00Z',
  '2025-04-31T12:00:00.5+02:00',
  'now',
  '',
  '2025-10-09 12:00:00Z',
])('reads no instant from %j', (text) => {
  expect(parseTimestamp(text)).toBeUndefined()
})

it('writes UTC with milliseconds, whatever it has just written', () => {
  const [first, second] = ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.001Z']
  expect([0, 0, 1, 0].map(formatTimestamp)).toEqual([first, first, second, first])
  expect(() => formatTimestamp(Number.NaN)).toThrowError(RangeError)
  expect(formatTimestamp(0)).toBe(first)
})
