import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectRoot, runToSuccess } from '@house-helper/local-stack'
import { copyEnvironment, publishingEnvironment } from './environment.ts'
import type { Registry } from './registry.ts'

/** A copy of this repository, in which versions are made and published as on the main branch. */
export interface RepositoryCopy {
  readonly folder: string
  /** Runs a command in it and returns what it printed; throws with its last words when it fails. */
  run(command: string, ...args: readonly string[]): Promise<string>
  /** Runs a command with another registry than the machine's, and the right to publish there. */
  runAt(
    registry: Pick<Registry, 'url' | 'publisherConfig'>,
    command: string,
    ...args: readonly string[]
  ): Promise<string>
  /** Writes a file from its text of now; throws where that leaves it as it was. */
  rewrite(file: string, change: (text: string) => string): Promise<void>
  /** Commits everything, and returns the paths that changed. */
  commit(message: string): Promise<readonly string[]>
}

// Builds of all packages on a machine that does something else as well.
const commandTimeoutMs = 600_000

/** Copies the work tree's HEAD and what is changed in tracked files, on a branch `main`, and installs it. */
export async function copyRepository(folder: string, path: readonly string[]): Promise<RepositoryCopy> {
  const env = copyEnvironment(path)
  const git = (...args: readonly string[]) => runToSuccess('git', args, { timeoutMs: commandTimeoutMs, env })
  await git('clone', '--quiet', projectRoot, folder)
  const copy = repositoryAt(folder, env)
  await copy.run('git', 'checkout', '--quiet', '-B', 'main')
  await copy.run('git', 'config', 'user.name', 'release-test')
  await copy.run('git', 'config', 'user.email', 'release-test@localhost')
  const changes = await git('-C', projectRoot, 'diff', '--binary', 'HEAD')
  if (changes !== '') {
    // Beside the copy: inside it, it would be committed.
    const patch = `${folder}.patch`
    await writeFile(patch, changes)
    await copy.run('git', 'apply', '--whitespace=nowarn', patch)
    await copy.commit('What is not committed yet')
  }
  await copy.run('pnpm', 'install', '--frozen-lockfile', '--prefer-offline')
  return copy
}

function repositoryAt(folder: string, env: NodeJS.ProcessEnv): RepositoryCopy {
  const options = { cwd: folder, timeoutMs: commandTimeoutMs }
  const run = (command: string, ...args: readonly string[]) => runToSuccess(command, args, { ...options, env })
  return {
    folder,
    run,
    runAt: (registry, command, ...args) =>
      runToSuccess(command, args, { ...options, env: publishingEnvironment(env, registry) }),
    rewrite: async (file, change) => {
      const before = await readFile(join(folder, file), 'utf8')
      const after = change(before)
      if (after === before) throw new Error(`${file} is not as the release test knows it: adapt its change.`)
      await writeFile(join(folder, file), after)
    },
    commit: async (message) => {
      await run('git', 'add', '--all')
      await run('git', 'commit', '--quiet', '--no-verify', '--message', message)
      const names = await run('git', 'diff', '--name-only', 'HEAD~1', 'HEAD')
      return names.split('\n').filter(Boolean)
    },
  }
}
