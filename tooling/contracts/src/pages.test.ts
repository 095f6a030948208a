import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { loadDomainPackages } from '@house-helper/create-domain'
import { afterAll, describe, expect, it } from 'vitest'
import { generatedFiles } from './generated-files.ts'

const root = resolve(import.meta.dirname, '../../..')
const packages = await loadDomainPackages(root)
const files = await generatedFiles(root)
const pages = [...files].filter(([path]) => /^docs\/contracts\/[^/]+\.md$/.test(path))
const folder = mkdtempSync(join(tmpdir(), 'contract-pages-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function blocks(language: string): readonly string[] {
  return pages.flatMap(([, page]) =>
    [...page.matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)]
      .filter(([, name]) => name === language)
      .map(([, , code]) => code ?? ''),
  )
}

describe('the pages of the contracts', () => {
  it('lead to files and headings that exist', () => {
    const anchors = new Map(
      pages.map(([path, page]) => [
        path,
        [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? '')),
      ]),
    )
    const broken = pages.flatMap(([path, page]) =>
      [...page.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]*))?\)/g)].filter(([, target = '', anchor]) => {
        const file = target === '' ? path : join(dirname(path), target)
        const isThere = files.has(file) || execFileSync('git', ['ls-files', file], { cwd: root }).length > 0
        return !isThere || (anchor !== undefined && (anchors.get(file)?.includes(anchor) ?? true) === false)
      }),
    )
    expect(broken.map(([link]) => link)).toEqual([])
  })

  it('show for each event TypeScript that compiles against its domain package', () => {
    const snippets = blocks('ts')
    expect(snippets).toHaveLength(2 * packages.flatMap(({ domain }) => domain.events).length)
    mkdirSync(join(folder, 'node_modules/@house-helper'), { recursive: true })
    for (const { name, folder: target } of packages) {
      symlinkSync(target, join(folder, 'node_modules/@house-helper', name))
    }
    symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
    for (const [index, snippet] of snippets.entries())
      writeFileSync(join(folder, `snippet-${index}.ts`), `${snippet}\n`)
    // The other way round, so that it is seen to be checked.
    writeFileSync(join(folder, 'wrong.ts'), `${snippets[0]?.replace(/publish\(\n {2}'/, '$&not.')}\n`)
    const compilerOptions = { noEmit: true, allowImportingTsExtensions: true, types: ['node'], skipLibCheck: true }
    const config = { extends: join(root, 'tooling/tsconfig/base.json'), compilerOptions, include: ['*.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    const errors = stdout.split('\n').filter((line) => line.includes('error TS'))
    expect(errors.filter((line) => !line.startsWith('wrong.ts'))).toEqual([])
    expect(errors.length).toBeGreaterThan(0)
  }, 120_000)

  it('show for each event a shell command whose data its publisher takes', () => {
    const contracts = packages.flatMap(({ domain }) => domain.events)
    const commands = blocks('bash')
    const script = ['hh-events() { printf "%s\\0" "$@"; }', ...commands].join('\n')
    const args = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0')
    const data = args.flatMap((arg, index) => (arg === '--data' ? [args[index + 1] ?? ''] : []))
    expect(data).toHaveLength(contracts.length)
    const types = args.flatMap((arg, index) => (arg === 'publish' ? [args[index + 1] ?? ''] : []))
    for (const [index, type] of types.entries()) {
      const contract = contracts.find((one) => one.type === type)
      expect(contract?.check('publisher', JSON.parse(data[index] ?? '')), type).toMatchObject({ ok: true })
    }
  })
})

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
