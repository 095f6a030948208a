import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { copyWorkspace, type WorkspaceCopy } from '../test/workspace-copy.ts'

const page = readFileSync(join(resolve(import.meta.dirname, '../../..'), 'docs/contracts-over-time.md'), 'utf8')

/** The code blocks of a section, by their language. */
function blocks(heading: string, language: string): readonly string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code)
}

/** Makes the changes that a section shows: its diffs, or its whole file. */
function change(copy: WorkspaceCopy, heading: string): void {
  const file = 'src/task-completed.ts'
  for (const diff of blocks(heading, 'diff')) {
    const lines = diff.trimEnd().split('\n')
    const side = (sign: string) => lines.filter((line) => ' '.concat(sign).includes(line.charAt(0)))
    const text = (sign: string) =>
      side(sign)
        .map((line) => line.slice(1))
        .join('\n')
    copy.edit(file, text('-'), text('+'))
  }
  for (const source of blocks(heading, 'ts')) copy.write(`packages/domains/tasks/${file}`, source)
}

describe('docs/contracts-over-time.md', () => {
  it.each([
    ['A compatible change', 'minor', 0],
    ['A breaking change', 'minor', 1],
    ['A breaking change with casts', 'major', 0],
  ])(
    'shows what the gate prints of: %s',
    (heading, bump, status) => {
      using copy = copyWorkspace()
      change(copy, heading)
      copy.addChangeset('photos', { '@house-helper/tasks': bump })
      const printed = copy.contracts('check')
      expect(printed.text).toBe(blocks(heading, 'text')[0])
      expect(printed.status).toBe(status)
    },
    120_000,
  )

  it.each([
    ['without publishAs', "  publishAs: '1.0',\n", '', "say publishAs: '1.0' in its first release"],
    [
      'with an upcast that fails',
      '[before.completedBy]',
      '[]',
      'the upcast does not take every event: data.completedBy',
    ],
    ['with a downcast that fails', 'now.completedBy[0] as string', "''", 'the downcast does not take every event'],
  ])(
    'shows a major that fails %s',
    (_, from, to, says) => {
      using copy = copyWorkspace()
      change(copy, 'A breaking change with casts')
      copy.edit('src/task-completed.ts', from, to)
      copy.addChangeset('photos', { '@house-helper/tasks': 'major' })
      const { status, text } = copy.contracts('check')
      expect(text).toContain(says)
      expect(status).toBe(1)
    },
    120_000,
  )

  it('shows a major that fails with a smaller changeset', () => {
    using copy = copyWorkspace()
    change(copy, 'A breaking change with casts')
    copy.addChangeset('photos', { '@house-helper/tasks': 'minor' })
    const { status, text } = copy.contracts('check')
    expect(text).toContain('needs a major changeset, and @house-helper/tasks has a minor changeset only')
    expect(status).toBe(1)
  }, 120_000)
})
