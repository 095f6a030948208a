import { describe, expect, it } from 'vitest'
import { blocksOf, changed, filledIn, learn, type Names, patternOf } from './tutorial-page.ts'

it('finds the blocks of a page, what they say of themselves, and their lines', () => {
  expect(blocksOf('# A\n\n```bash\nls\n```\n\n```text a.ts\none\ntwo\n```\n')).toEqual([
    { language: 'bash', about: '', line: 3, text: 'ls\n' },
    { language: 'text', about: 'a.ts', line: 7, text: 'one\ntwo\n' },
  ])
})

describe('what a page shows', () => {
  const shown = 'TIME  ID\n2026-01-31T08:00:04.512Z  <event>\n…\n<event> … (a+b)\n'
  const output = 'TIME       ID\n2027-02-28T09:10:11Z       e-1\nmore\nand more\ne-1 is here (a+b)\n'

  it('is like output that differs in times, widths, and where the page has an ellipsis', () => {
    const names: Names = new Map()
    expect(learn(patternOf(shown, names), output, names)).toBe(true)
    expect(filledIn('why <event>', names)).toBe('why e-1')
    expect(learn(patternOf(shown, names), output.replaceAll('e-1', 'e-2'), names)).toBe(false)
  })

  it.each([
    ['has another word', output.replace('(a+b)', '(a-b)')],
    ['has another id the second time', output.replace('e-1 is', 'e-2 is')],
    ['has a line more at its end', `${output}end\n`],
    ['has a line more at its beginning', `begin\n${output}`],
    ['has a line less', output.replace('TIME       ID\n', '')],
    ['has more in a line', output.replace('(a+b)', '(a+b) too')],
    ['is nothing', ''],
  ])('is not like output that %s', (_what, other) => {
    expect(learn(patternOf(shown, new Map()), other, new Map())).toBe(false)
  })

  it('names no placeholder that no output has shown', () => {
    expect(() => filledIn('why <event>', new Map())).toThrow('<event>')
  })
})

describe('a change', () => {
  it('replaces the lines that it removes', () => {
    expect(changed('a\nb\nc\n', '-b\n+$&\n+d\n')).toBe('a\n$&\nd\nc\n')
  })

  it.each(['a\n', 'b\nb\n'])('is refused where its lines are not there once: %j', (text) => {
    expect(() => changed(text, '-b\n+c\n')).toThrow('Not found once')
  })
})
