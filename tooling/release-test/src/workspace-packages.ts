import { join } from 'node:path'
import { z } from 'zod'
import type { PublishedVersions } from './registry.ts'
import type { RepositoryCopy } from './repository-copy.ts'

const listed = z.array(
  z.object({
    name: z.string(),
    version: z.string().optional(),
    path: z.string(),
    private: z.boolean().default(false),
  }),
)

/** A package of the workspace. */
export interface WorkspacePackage {
  readonly name: string
  readonly version: string
  /** From the root of the repository, with a slash at its end. */
  readonly folder: string
  readonly isPublished: boolean
}

/** Every package of the workspace but its root, as it stands in the copy. */
export async function workspacePackages(copy: RepositoryCopy): Promise<readonly WorkspacePackage[]> {
  const found = listed.parse(JSON.parse(await copy.run('pnpm', 'list', '--recursive', '--json', '--depth', '-1')))
  return found
    .filter(({ path }) => path !== copy.folder)
    .map(({ name, version = '', path, private: isPrivate }) => ({
      name,
      version,
      folder: join(path.slice(copy.folder.length + 1), '/'),
      isPublished: !isPrivate,
    }))
}

/** What a registry has once every package is there in its version of now, and in no other. */
export function versionsOf(packages: readonly WorkspacePackage[]): PublishedVersions {
  const published = packages.filter(({ isPublished }) => isPublished)
  return Object.fromEntries(published.map(({ name, version }) => [name, [version]]))
}
