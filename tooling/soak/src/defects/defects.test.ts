import { describe, expect, it } from 'vitest'
import { defects } from './defects.ts'
import { edited, shorterWaits, sourceOf } from './mutant-tree.ts'

const variants = defects.flatMap(({ name, variants: of }) => of.map((variant) => ({ name, ...variant })))

describe('the defects of kafkajs', () => {
  it('are those that the suite has to catch', () => {
    expect(defects.map(({ name }) => name)).toEqual(['P1', 'P2', 'P3', 'C1', 'C4', 'C5'])
  })

  it.each(variants)('$name can be put back: $does', async ({ edits }) => {
    for (const edit of edits) expect(edited(await sourceOf(edit.file), edit)).not.toBe(await sourceOf(edit.file))
  })

  it('are waited for less long than by the suite itself', async () => {
    expect(edited(await sourceOf(shorterWaits.file), shorterWaits)).toContain(shorterWaits.replace)
  })

  it.each(variants)('$name has tests that are there: $does', async ({ caughtBy }) => {
    for (const { file } of caughtBy) expect(await sourceOf(file)).toMatch(/\bit\b|describe\w+\(/)
  })
})

describe('an edit', () => {
  const edit = { file: 'a.ts', find: 'b', replace: 'x' }
  it('replaces what is there once', () => {
    expect(edited('abc', edit)).toBe('axc')
  })
  it.each(['ac', 'abcb'])('fails loudly in %s, where it is not there once', (text) => {
    expect(() => edited(text, edit)).toThrow(/a\.ts has [02] times what a defect replaces/)
  })
})
