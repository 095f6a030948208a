import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** Which part of the layout a workspace belongs to, by its folder. */
export type WorkspaceKind = 'package' | 'domain' | 'app' | 'example' | 'tooling'

const dependencies = z.record(z.string(), z.string()).default({})

const manifest = z.object({
  name: z.string(),
  private: z.boolean().default(false),
  dependencies,
  peerDependencies: dependencies,
  optionalDependencies: dependencies,
  devDependencies: dependencies,
})

/** One package.json of the repository with what it declares. */
export interface Workspace {
  name: string
  kind: WorkspaceKind
  /** Relative to the root, with forward slashes: `packages/domains/tasks`. */
  folder: string
  isPrivate: boolean
  /** What users of it get. */
  productionDependencies: readonly string[]
  /** What only its tests may import. */
  developmentDependencies: readonly string[]
}

const kinds: readonly (readonly [RegExp, WorkspaceKind])[] = [
  [/^packages\/domains\//, 'domain'],
  [/^packages\//, 'package'],
  [/^apps\//, 'app'],
  [/^examples\//, 'example'],
  [/^tooling\//, 'tooling'],
]

/** Reads every workspace that pnpm-workspace.yaml names, in the order of their folders. */
export function readWorkspaces(root: string): Workspace[] {
  const { packages } = z
    .object({ packages: z.array(z.string()) })
    .parse(parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')))
  const files = globSync(
    packages.map((pattern) => `${pattern}/package.json`),
    { cwd: root },
  )
  return files.map((file) => readWorkspace(root, dirname(file))).toSorted((a, b) => (a.folder < b.folder ? -1 : 1))
}

function readWorkspace(root: string, folder: string): Workspace {
  const kind = kinds.find(([pattern]) => pattern.test(folder))?.[1]
  if (!kind) throw new Error(`${folder} is in no part of the layout: packages, apps, examples or tooling`)
  const content = manifest.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')))
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = content
  return {
    name: content.name,
    kind,
    folder,
    isPrivate: content.private,
    productionDependencies: Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }),
    developmentDependencies: Object.keys(devDependencies),
  }
}
