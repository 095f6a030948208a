import { parseArgs } from 'node:util'
import { afterEach, expect, it, vi } from 'vitest'
import { chosenCases, runTool, UsageError, wholeNumber } from './command-line.ts'

afterEach(() => {
  process.exitCode = undefined
  vi.restoreAllMocks()
})

it.each([
  ['an option that there is not', () => parseArgs({ args: ['--fast'], options: {} }), /--fast/],
  ['no number', () => wholeNumber('rounds', 'many'), '--rounds takes a whole number from 1 on, not "many".'],
  ['a case that there is not', () => chosenCases([{ name: 'idle' }], ['busy', 'lazy']), /"busy or lazy"/],
])('says in a sentence what is wrong and how it is called: %s', async (_what, call, sentence) => {
  const said = vi.spyOn(console, 'error').mockReturnValue()
  await runTool('pnpm measure [options]', async () => void call())
  expect(said.mock.calls.join()).toMatch(sentence)
  expect(said.mock.calls.join()).toContain('pnpm measure [options]')
  expect(process.exitCode).toBe(2)
})

it('leaves every other error as it is', async () => {
  const failed = runTool('', () => Promise.reject(new TypeError('a defect')))
  await expect(failed).rejects.toThrowError('a defect')
})

it.each(['0', '-1', '1.5', '', ' ', '1e99'])('takes %j for no whole number from 1 on', (text) => {
  expect(() => wholeNumber('rounds', text)).toThrowError(UsageError)
})

it('takes a number from its least on', () => {
  expect([wholeNumber('rounds', '1'), wholeNumber('seed', '0', 0)]).toEqual([1, 0])
})

it('chooses the cases that contain one of the texts', () => {
  const cases = ['publish/1', 'publish/2', 'idle'].map((name) => ({ name }))
  expect(chosenCases(cases, ['/2', 'id']).map(({ name }) => name)).toEqual(['publish/2', 'idle'])
})
