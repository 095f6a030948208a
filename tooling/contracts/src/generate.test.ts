import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { generate } from './commands/generate.ts'

const real = resolve(import.meta.dirname, '../../..')
let root: string

/** This repository's packages, with generated files of their own. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'contracts-generate-'))
  symlinkSync(join(real, 'packages'), join(root, 'packages'))
  cpSync(join(real, 'docs/contracts'), join(root, 'docs/contracts'), { recursive: true })
})

afterEach(() => rmSync(root, { recursive: true }))

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const lines: string[] = []
  const code = await generate.run(args, { root, print: (line) => lines.push(line) })
  return { code, output: lines.join('\n') }
}

it('finds this repository’s files up to date', async () => {
  expect(await run('--check')).toEqual({ code: 0, output: expect.stringMatching(/^All \d+ files are up to date\.$/) })
})

it('names each stale file and the command that mends it, and mends them', async () => {
  const [page, schema, orphan] = [
    'tasks.md',
    'schemas/task.created@1.0.schema.json',
    'schemas/task.sung@1.0.schema.json',
  ]
  const path = (name: string): string => join(root, 'docs/contracts', name)
  const text = readFileSync(path(page), 'utf8')
  writeFileSync(path(page), text.replace('A task was done.', 'A task was begun.'))
  rmSync(path(schema))
  writeFileSync(path(orphan), '{}')
  expect(await run('--check')).toEqual({
    code: 1,
    output: [
      'These are not what the contracts say:',
      '  docs/contracts/schemas/task.created@1.0.schema.json',
      '  docs/contracts/schemas/task.sung@1.0.schema.json (nothing makes it any more)',
      '  docs/contracts/tasks.md',
      'Run `pnpm contracts generate`, and commit what it writes.',
    ].join('\n'),
  })
  expect((await run()).code).toBe(0)
  expect(readFileSync(path(page), 'utf8')).toBe(text)
  expect([existsSync(path(schema)), existsSync(path(orphan))]).toEqual([true, false])
  expect((await run('--check')).code).toBe(0)
})

it('refuses other arguments', async () => {
  await expect(run('--chekc')).rejects.toMatchObject({ code: 'USAGE' })
})
