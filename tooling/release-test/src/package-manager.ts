import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Toolchain } from './toolchain.ts'

/** A package manager that services use. */
export type PackageManager = 'pnpm' | 'npm' | 'yarn'

/** How a package manager installs what a package.json names. */
export interface Installer {
  /** Folders for the PATH. */
  path(toolchain: Toolchain): Promise<readonly string[]>
  readonly command: readonly [string, ...string[]]
  /** Writes into the service's folder where the registry is. */
  configure(folder: string, registryUrl: string): Promise<void>
}

const npmrc = (folder: string, registryUrl: string) => writeFile(join(folder, '.npmrc'), `registry=${registryUrl}\n`)

/** How each package manager installs. Yarn is Berry, with a node_modules folder. */
export const installers: Readonly<Record<PackageManager, Installer>> = {
  pnpm: {
    path: async (toolchain) => [await toolchain.pnpm()],
    command: ['pnpm', 'install'],
    configure: npmrc,
  },
  npm: {
    path: async () => [],
    command: ['npm', 'install', '--no-audit', '--no-fund'],
    configure: npmrc,
  },
  yarn: {
    path: async (toolchain) => [await toolchain.binaries('@yarnpkg/cli-dist@4')],
    command: ['yarn', 'install', '--no-immutable'],
    configure: (folder, registryUrl) =>
      writeFile(
        join(folder, '.yarnrc.yml'),
        stringify({
          nodeLinker: 'node-modules',
          npmRegistryServer: registryUrl,
          unsafeHttpWhitelist: ['127.0.0.1'],
          enableTelemetry: false,
          // Yarn waits a day before it installs a version, and these are seconds old.
          npmPreapprovedPackages: ['@house-helper/*'],
        }),
      ),
  },
}
