import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generatedFolder } from './generated-files.ts'

/** A file that is not what the contracts make of it. */
export interface StaleFile {
  /** From the root of the workspace. */
  readonly path: string
  /** `write`: it is missing or otherwise. `remove`: nothing makes it any more. */
  readonly remedy: 'write' | 'remove'
}

/** Lists the files of a workspace that differ from the generated ones, by path. */
export function staleFiles(root: string, generated: ReadonlyMap<string, string>): readonly StaleFile[] {
  const present = globSync(`${generatedFolder}/**/*.*`, { cwd: root })
  const wrong = [...generated].filter(([path, text]) => textOf(join(root, path)) !== text).map(([path]) => path)
  return [
    ...wrong.map((path) => ({ path, remedy: 'write' as const })),
    ...present.filter((path) => !generated.has(path)).map((path) => ({ path, remedy: 'remove' as const })),
  ].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Makes the stale files what the contracts make of them. */
export function mendFiles(root: string, generated: ReadonlyMap<string, string>, stale: readonly StaleFile[]): void {
  for (const { path, remedy } of stale) {
    const file = join(root, path)
    if (remedy === 'remove') {
      rmSync(file)
      continue
    }
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, generated.get(path) ?? '')
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
