import { expect, it } from 'vitest'
import { parseOptions } from './options.ts'

it('leaves the demo open by default', () => {
  expect(parseOptions([])).toEqual({ fresh: false, demo: undefined, help: false })
})

it.each([
  ['--fresh', { fresh: true }],
  ['--no-demo', { demo: false }],
  ['--demo', { demo: true }],
  ['--help', { help: true }],
])('reads %s', (arg, expected) => {
  expect(parseOptions([arg])).toMatchObject(expected)
})

it.each(['--frsh', 'extra', '--demo=maybe'])('refuses %s', (arg) => {
  expect(() => parseOptions([arg])).toThrow(TypeError)
})
