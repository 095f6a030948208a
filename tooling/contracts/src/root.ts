import { resolve } from 'node:path'

/** Takes `--root <folder>` off the arguments: the workspace that is meant. Default: the repository of this tool. */
export function rootOf(args: readonly string[]): { readonly root: string; readonly args: readonly string[] } {
  const [flag, folder, ...rest] = args
  if (flag !== '--root' || folder === undefined) return { root: resolve(import.meta.dirname, '../../..'), args }
  return { root: resolve(folder), args: rest }
}
