import { execFile } from 'node:child_process'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** How a program is run. */
export interface ProgramOptions {
  readonly nodeArgs?: readonly string[]
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Takes packages as they are published, built, instead of their sources. */
  readonly built?: boolean
}

let profiles: { readonly folder: string; written: number } | undefined

/** Has the programs that are run from now on write profiles of what the processor did into a folder. */
export function profileInto(folder: string): void {
  profiles = { folder: resolve(folder), written: 0 }
}

/** Runs one of this folder's programs in a process of its own, so that its memory and its start are its own. */
export async function runProgram<Answer>(file: string, order: object, options: ProgramOptions = {}): Promise<Answer> {
  const { nodeArgs = [], env = {}, built = false } = options
  const program = fileURLToPath(new URL(file, import.meta.url))
  const conditions = built ? [] : ['--conditions=@house-helper/source']
  const args = [...nodeArgs, ...profileArgs(file), ...conditions, program, JSON.stringify(order)]
  const settings = { timeout: 600_000, maxBuffer: 2 ** 24, env: { ...process.env, ...env } }
  const { stdout } = await promisify(execFile)(process.execPath, args, settings)
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  return JSON.parse(last) as Answer
}

function profileArgs(file: string): string[] {
  if (profiles === undefined) return []
  const name = `${basename(file, '.ts')}-${++profiles.written}.cpuprofile`
  return ['--cpu-prof', `--cpu-prof-dir=${profiles.folder}`, `--cpu-prof-name=${name}`]
}

/** What a program was asked to do. Written by runProgram only, hence not checked again. */
export function programOrder<Order>(): Order {
  return JSON.parse(process.argv[2] ?? '{}') as Order
}
