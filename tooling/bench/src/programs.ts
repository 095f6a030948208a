import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Runs one of this folder's programs in a process of its own, so that its memory and its start are its own. */
export async function runProgram<Answer>(
  file: string,
  order: object,
  nodeArgs: readonly string[] = [],
): Promise<Answer> {
  const program = fileURLToPath(new URL(file, import.meta.url))
  const args = [...nodeArgs, '--conditions=@house-helper/source', program, JSON.stringify(order)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 600_000, maxBuffer: 2 ** 24 })
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  return JSON.parse(last) as Answer
}

/** What a program was asked to do. Written by runProgram only, hence not checked again. */
export function programOrder<Order>(): Order {
  return JSON.parse(process.argv[2] ?? '{}') as Order
}
