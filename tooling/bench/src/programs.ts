import { execFile } from 'node:child_process'
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

/** Runs one of this folder's programs in a process of its own, so that its memory and its start are its own. */
export async function runProgram<Answer>(file: string, order: object, options: ProgramOptions = {}): Promise<Answer> {
  const { nodeArgs = [], env = {}, built = false } = options
  const program = fileURLToPath(new URL(file, import.meta.url))
  const conditions = built ? [] : ['--conditions=@house-helper/source']
  const args = [...nodeArgs, ...conditions, program, JSON.stringify(order)]
  const settings = { timeout: 600_000, maxBuffer: 2 ** 24, env: { ...process.env, ...env } }
  const { stdout } = await promisify(execFile)(process.execPath, args, settings)
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  return JSON.parse(last) as Answer
}

/** What a program was asked to do. Written by runProgram only, hence not checked again. */
export function programOrder<Order>(): Order {
  return JSON.parse(process.argv[2] ?? '{}') as Order
}
