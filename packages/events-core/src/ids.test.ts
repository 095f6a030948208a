import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ID_PATTERN, isEventId, newEventId } from './ids.ts'

it('begins with the UTC second and has 100 random bits', () => {
  expect(newEventId(Date.UTC(2025, 9, 9, 12, 0, 0, 999))).toMatch(/^20251009120000-[0-9a-z]{20}$/)
})

it('does not repeat within one second', () => {
  const ids = new Set(Array.from({ length: 200_000 }, () => newEventId(0)))
  expect(ids.size).toBe(200_000)
})

it.each([
  ['a', true],
  ['x'.repeat(128), true],
  ['~!', true],
  ['', false],
  ['x'.repeat(129), false],
  ['a b', false],
  ['é', false],
  [7, false],
])('judges %j as an id: %j', (id, valid) => {
  expect(isEventId(id)).toBe(valid)
})

it('judges texts as the pattern of ids does', () => {
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('!', '~', ' ', '\x7f', 'é'), fc.string()), maxLength: 140 })
  fc.assert(fc.property(text, (id) => isEventId(id) === ID_PATTERN.test(id)))
})
