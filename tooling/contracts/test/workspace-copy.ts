import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../..')
const folder = 'packages/domains/tasks'
const program = (name: string) => join(root, 'tooling/contracts/src', name)

/** What a command printed, and its exit code. */
export interface Printed {
  readonly status: number | null
  readonly text: string
}

/** A git repository with a copy of the domain tasks, as it is locked, committed on main. */
export interface WorkspaceCopy extends Disposable {
  readonly root: string
  /** Replaces a text of a file of the domain, which has to be there. */
  edit(file: string, from: string, to: string): void
  /** Writes a file, by its path from the root. */
  write(path: string, text: string): void
  read(path: string): string
  /** Adds a changeset, `@house-helper/tasks: minor` for example. */
  addChangeset(name: string, releases: Readonly<Record<string, string>>): void
  commit(): void
  /** Runs `pnpm contracts` with these arguments. */
  contracts(...args: readonly string[]): Printed
  /** Runs `pnpm changeset` with these arguments. */
  changeset(...args: readonly string[]): Printed
}

/** Makes a copy to try changes on. */
export function copyWorkspace(): WorkspaceCopy {
  const copy = mkdtempSync(join(tmpdir(), 'contracts-'))
  const write = (path: string, text: string): void => writeFileSync(join(copy, path), text)
  const run = (command: string, ...args: readonly string[]): Printed => {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd: copy,
      encoding: 'utf8',
      timeout: 120_000,
    })
    if (error !== undefined) throw error
    return { status, text: stdout + stderr }
  }
  const tool = (name: string, ...args: readonly string[]) =>
    run(process.execPath, '--conditions=@house-helper/source', program(name), '--root', copy, ...args)
  fill(copy, write)
  const commit = (): void => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
    for (const args of [
      ['add', '--all'],
      [...identity, 'commit', '--quiet', '--message', 'Change'],
    ]) {
      const { status, text } = run('git', ...args)
      if (status !== 0) throw new Error(text)
    }
  }
  run('git', 'init', '--quiet', '--initial-branch', 'main')
  commit()
  return {
    root: copy,
    write,
    read: (path) => readFileSync(join(copy, path), 'utf8'),
    edit: (file, from, to) => {
      const path = join(copy, folder, file)
      const text = readFileSync(path, 'utf8')
      if (!text.includes(from)) throw new Error(`${path} has no ${JSON.stringify(from)}`)
      writeFileSync(path, text.replace(from, to))
    },
    addChangeset: (name, releases) => {
      const lines = Object.entries(releases).map(([packageName, bump]) => `"${packageName}": ${bump}`)
      write(`.changeset/${name}.md`, `---\n${lines.join('\n')}\n---\n\nA change.\n`)
    },
    commit,
    contracts: (...args) => tool('main.ts', ...args),
    changeset: (...args) => tool('changeset.ts', ...args),
    [Symbol.dispose]: () => rmSync(copy, { recursive: true, force: true }),
  }
}

function fill(copy: string, write: (path: string, text: string) => void): void {
  mkdirSync(join(copy, folder), { recursive: true })
  mkdirSync(join(copy, '.changeset'))
  for (const part of ['src', 'fixtures', 'package.json', 'contracts.lock.json']) {
    cpSync(join(root, folder, part), join(copy, folder, part), { recursive: true })
  }
  symlinkSync(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'))
  write('.changeset/config.json', JSON.stringify({ baseBranch: 'main', changelog: false, fixed: [], format: false }))
  write('.gitignore', 'node_modules\n')
  write('package.json', '{ "name": "copy", "private": true, "type": "module" }\n')
  write('pnpm-workspace.yaml', 'packages: [packages/domains/*]\n')
}
