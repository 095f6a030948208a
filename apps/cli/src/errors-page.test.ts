import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** The codes that a package's errors.ts declares: a union named …Code, or the type argument of HouseHelperError. */
function codesIn(source: string): readonly string[] {
  const unions = [...source.matchAll(/type \w+Code =([^\n]*(?:\n\s+\| '[A-Z_]+')*)/g)].map((match) => match[1] ?? '')
  const inline = [...source.matchAll(/HouseHelperError<([^>]*'[^>]*)>/g)].map((match) => match[1] ?? '')
  return [...unions, ...inline].flatMap((text) => [...text.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1] as string))
}

/** The codes that the page lists under the heading of each package. */
function codesOnPage(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  const sections = page.split(/^## /m).slice(1)
  return new Map(
    sections.map((section) => {
      const codes = [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1] as string)
      return [section.slice(0, section.indexOf('\n')), codes]
    }),
  )
}

const files = globSync(['packages/*/src/errors.ts', 'packages/domains/*/src/errors.ts', 'apps/*/src/errors.ts'], {
  cwd: root,
})
const declared = files
  .map((file) => {
    const { name } = JSON.parse(readFileSync(join(root, dirname(file), '../package.json'), 'utf8')) as { name: string }
    return { name, codes: codesIn(readFileSync(join(root, file), 'utf8')) }
  })
  .filter(({ codes }) => codes.length > 0)

describe('docs/errors.md', () => {
  it('is compared with packages that do declare codes', () => {
    expect(declared.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['@house-helper/events-core', '@house-helper/cli']),
    )
  })

  it.each(declared)('lists exactly the codes of $name', ({ name, codes }) => {
    expect([...(codesOnPage().get(name) ?? [])].sort()).toEqual([...codes].sort())
  })

  it('has no section of a package without codes', () => {
    expect([...codesOnPage().keys()].sort()).toEqual(declared.map(({ name }) => name).sort())
  })
})
