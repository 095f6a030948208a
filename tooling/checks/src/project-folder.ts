import { fileURLToPath } from 'node:url'

/** The root of this repository's work tree. */
export const projectRoot: string = fileURLToPath(new URL('../../..', import.meta.url))
