import { expect, test } from 'vitest'
import { commandStep } from './command-step.ts'
import { runSteps, type Step } from './step.ts'

const passing: Step = { name: 'fine', run: async () => ({ passed: true, output: 'chatter' }) }
const failing: Step = { name: 'broken', run: async () => ({ passed: false, output: 'the reason' }) }
const throwing: Step = {
  name: 'crashing',
  run: async () => {
    throw new Error('the crash')
  },
}

test('a failed step and one that throws stop none of those after them, and all are counted', async () => {
  const lines: string[] = []
  const counts = await runSteps([failing, throwing, passing], (line) => lines.push(line))
  expect(counts).toEqual({ passed: 1, failed: 2 })
  expect(lines.join('\n')).toMatch(
    /FAILED {2}broken.*\nthe reason\nFAILED {2}crashing.*\n.*the crash[\s\S]*passed {2}fine/,
  )
  expect(lines.at(-1)).toBe('3 checks, failed: broken, crashing')
})

test('what a passing step prints stays away', async () => {
  const lines: string[] = []
  await runSteps([passing], (line) => lines.push(line))
  expect(lines).toEqual([expect.stringMatching(/^passed {2}fine/), '1 checks, all checks passed'])
})

test('a tool passes by its exit code, and its output is kept', async () => {
  expect(await commandStep('node', 'node', ['-p', '6 * 7']).run()).toEqual({ passed: true, output: '42' })
  const { passed, output } = await commandStep('node', 'node', ['-e', 'console.error("why"); process.exit(3)']).run()
  expect(passed).toBe(false)
  expect(output).toBe('why\nnode ended with 3')
})
