import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Edit } from './defect.ts'

const projectRoot = fileURLToPath(new URL('../../../..', import.meta.url))
const folders = ['packages', 'apps', 'examples', 'tooling']
const files = ['package.json', 'pnpm-workspace.yaml', 'tsconfig.json', 'vitest.config.ts']
const leftOut = new Set(['dist', '.soak', '.turbo', 'coverage'])

/**
 * The transports' suite waits half a minute for what never comes, which is how it notices some defects. Its tests take a
 * second without one, and those that are run here are alone on the broker.
 */
export const shorterWaits: Edit = {
  file: 'tooling/kafka-testing/src/on-kafka.ts',
  find: 'const waitMs = 30_000',
  replace: 'const waitMs = 10_000',
}

/** A copy of the project's sources, to be changed and tested; the project itself stays as it is. */
export interface MutantTree extends AsyncDisposable {
  readonly folder: string
  /** Makes changes; the returned function takes them back. */
  apply(edits: readonly Edit[]): Promise<() => Promise<void>>
}

/** Copies the sources. Links between packages lead within the copy; what is installed is shared with the project. */
export async function createMutantTree(): Promise<MutantTree> {
  const folder = await mkdtemp(join(tmpdir(), 'house-helper-defects-'))
  const filter = (source: string): boolean => !leftOut.has(basename(source))
  for (const name of folders) {
    await cp(join(projectRoot, name), join(folder, name), { recursive: true, verbatimSymlinks: true, filter })
  }
  for (const name of files) await cp(join(projectRoot, name), join(folder, name))
  await symlink(join(projectRoot, 'node_modules'), join(folder, 'node_modules'))
  await apply(folder, [shorterWaits])
  return {
    folder,
    apply: (edits) => apply(folder, edits),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

async function apply(folder: string, edits: readonly Edit[]): Promise<() => Promise<void>> {
  const originals = new Map<string, string>()
  for (const { file } of edits) originals.set(file, await readFile(join(folder, file), 'utf8'))
  const changed = new Map(originals)
  for (const edit of edits) changed.set(edit.file, edited(changed.get(edit.file) ?? '', edit))
  const write = async (texts: ReadonlyMap<string, string>) => {
    for (const [file, text] of texts) await writeFile(join(folder, file), text)
  }
  await write(changed)
  return () => write(originals)
}

/** A text with one change made. @throws Error where what is to be found is not in it exactly once. */
export function edited(text: string, { file, find, replace }: Edit): string {
  const parts = text.split(find)
  if (parts.length === 2) return parts.join(replace)
  throw new Error(
    `${file} has ${parts.length - 1} times what a defect replaces, not once: ${JSON.stringify(find)}. Say in tooling/soak/src/defects what is to be replaced now.`,
  )
}

/** A file of the project as it is. */
export function sourceOf(file: string): Promise<string> {
  return readFile(join(projectRoot, file), 'utf8')
}
