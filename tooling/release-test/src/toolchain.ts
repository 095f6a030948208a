import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { projectRoot, runToSuccess } from '@house-helper/local-stack'
import { z } from 'zod'

/** Installs programs from the machine's registry, each once, into folders of its own. */
export interface Toolchain {
  /** The folder of the pnpm that the repository is pinned to. */
  pnpm(): Promise<string>
  /** The folder of a Node: `24` is the one that runs this, another major comes from the registry. */
  node(major: string): Promise<string>
  /** The folder of the binaries of a package, such as `typescript@5.9`. */
  binaries(specifier: string): Promise<string>
}

const installTimeoutMs = 600_000

/** Creates a toolchain whose programs go into `folder`. */
export function createToolchain(folder: string): Toolchain {
  const installs = new Map<string, Promise<string>>()
  const binaries = (specifier: string): Promise<string> => {
    const known = installs.get(specifier) ?? install(join(folder, specifier.replaceAll('/', '-')), specifier)
    installs.set(specifier, known)
    return known
  }
  return {
    binaries,
    pnpm: async () => binaries(await pinnedPnpm()),
    // The package `node` would only install this one, by a script.
    node: async (major) =>
      major === runningMajor
        ? dirname(process.execPath)
        : binaries(`node-${process.platform}-${process.arch}@${major}`),
  }
}

const [runningMajor] = process.versions.node.split('.')

async function install(prefix: string, specifier: string): Promise<string> {
  const options = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  await runToSuccess('npm', ['install', '--prefix', prefix, ...options, specifier], { timeoutMs: installTimeoutMs })
  return join(prefix, 'node_modules/.bin')
}

async function pinnedPnpm(): Promise<string> {
  const text = await readFile(join(projectRoot, 'package.json'), 'utf8')
  return z.object({ packageManager: z.string().startsWith('pnpm@') }).parse(JSON.parse(text)).packageManager
}
