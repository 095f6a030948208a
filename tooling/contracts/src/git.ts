import { spawnSync } from 'node:child_process'
import { ContractsToolError } from './errors.ts'

/** The commit that a work tree is compared with. */
export interface Base {
  readonly commit: string
  /** How it was found, for people. */
  readonly name: string
}

/**
 * Finds the commit that a branch was begun from: where it and the given branch (with or without `origin/`) part.
 *
 * Without a wish for a certain branch, a clone that does not have the default one is compared with its own last commit.
 *
 * @throws ContractsToolError `GIT_FAILED` when this is no git repository, or the branch that was asked for is not there.
 */
export function findBase(root: string, wanted: string | undefined, defaultBranch: string): Base {
  const branches = wanted === undefined ? [`origin/${defaultBranch}`, defaultBranch] : [wanted]
  for (const branch of branches) {
    const { status, stdout } = git(root, 'merge-base', 'HEAD', branch)
    if (status === 0) return { commit: stdout.trim(), name: branch }
  }
  const head = git(root, 'rev-parse', '--verify', 'HEAD')
  if (wanted === undefined && head.status === 0) {
    return { commit: head.stdout.trim(), name: `HEAD, as there is no ${defaultBranch} here` }
  }
  const message = `Nothing to compare with: git knows no ${branches.join(' and no ')} in ${root}. Name a branch that it has with --base.`
  throw new ContractsToolError('GIT_FAILED', message, { details: { stderr: head.stderr } })
}

/** A file's text at a commit, or undefined where the commit does not have it. */
export function fileAt(root: string, commit: string, path: string): string | undefined {
  // A path that begins with ./ is seen from here, which need not be the top of the repository.
  const known = git(root, 'ls-tree', '--name-only', commit, '--', `./${path}`)
  if (known.status !== 0)
    throw new ContractsToolError('GIT_FAILED', `git cannot list ${path} at ${commit}: ${known.stderr}`)
  if (known.stdout.trim() === '') return undefined
  const { status, stdout, stderr } = git(root, 'show', `${commit}:./${path}`)
  if (status !== 0) throw new ContractsToolError('GIT_FAILED', `git cannot show ${path} at ${commit}: ${stderr}`)
  return stdout
}

function git(root: string, ...args: readonly string[]) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (error !== undefined)
    throw new ContractsToolError('GIT_FAILED', 'git cannot be run; is it installed?', { cause: error })
  return { status, stdout, stderr }
}
