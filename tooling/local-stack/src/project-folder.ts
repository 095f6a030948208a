import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of this repository's work tree. */
export const projectRoot: string = fileURLToPath(new URL('../../..', import.meta.url))

/** Where `pnpm start` keeps its data: `.house-helper` in the work tree, which git ignores. */
export const projectDataDir: string = join(projectRoot, '.house-helper')
