import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createOutsideService, type OutsideService, type OutsideServiceOptions } from './outside-service.ts'
import { type Registry, startRegistry } from './registry.ts'
import { copyRepository, type RepositoryCopy } from './repository-copy.ts'
import { createToolchain, type Toolchain } from './toolchain.ts'

/** What the cases of a release share: each goes on where the one before it has ended. */
export interface Ground {
  readonly registry: Registry
  readonly copy: RepositoryCopy
  /** A folder that goes with the ground. */
  folder(): Promise<string>
  /** A service outside, in a folder of its own. */
  service(options: Pick<OutsideServiceOptions, 'packageManager' | 'node' | 'tasksVersion'>): Promise<OutsideService>
  /** Ends the registry and removes every folder. */
  close(): Promise<void>
}

/** Starts an empty registry and copies the repository. */
export async function prepareGround(): Promise<Ground> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'house-helper-release-')))
  const removeRoot = () => rm(root, { recursive: true, force: true, maxRetries: 3 })
  const toolchain = createToolchain(join(root, 'tools'))
  const [registry, copy] = await Promise.allSettled([startRegistry(join(root, 'registry')), copyOf(root, toolchain)])
  if (registry.status === 'fulfilled' && copy.status === 'fulfilled')
    return groundOf(root, toolchain, registry.value, copy.value, removeRoot)
  if (registry.status === 'fulfilled') await registry.value.close()
  await removeRoot()
  throw registry.status === 'rejected' ? registry.reason : copy.status === 'rejected' && copy.reason
}

async function copyOf(root: string, toolchain: Toolchain): Promise<RepositoryCopy> {
  return copyRepository(join(root, 'repository'), [await toolchain.pnpm(), dirname(process.execPath)])
}

function groundOf(
  root: string,
  toolchain: Toolchain,
  registry: Registry,
  copy: RepositoryCopy,
  removeRoot: () => Promise<void>,
): Ground {
  const folder = () => mkdtemp(join(root, 'case-'))
  return {
    registry,
    copy,
    folder,
    service: async (options) =>
      createOutsideService({ ...options, folder: join(await folder(), 'outside'), registry, toolchain }),
    close: async () => {
      await registry.close()
      await removeRoot()
    },
  }
}
