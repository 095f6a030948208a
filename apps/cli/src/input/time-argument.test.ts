import { describe, expect, it } from 'vitest'
import { parseTimeArgument } from './time-argument.ts'

const now = Date.parse('2026-01-31T08:00:00Z')

describe('parseTimeArgument', () => {
  it.each([
    ['90s', '2026-01-31T07:58:30.000Z'],
    ['15m', '2026-01-31T07:45:00.000Z'],
    ['2h', '2026-01-31T06:00:00.000Z'],
    ['7d', '2026-01-24T08:00:00.000Z'],
    ['2025-10-09T14:00:00.123456789+02:00', '2025-10-09T14:00:00.123456789+02:00'],
  ])('reads %s as %s', (text, time) => {
    expect(parseTimeArgument(text, now)).toBe(time)
  })

  it.each(['yesterday', '2026-01-31', '15', '1w', '999999999d', ''])('refuses %j', (text) => {
    expect(() => parseTimeArgument(text, now)).toThrow('RFC 3339')
  })
})
