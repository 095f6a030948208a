import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The longest that a program may run, in milliseconds. */
const RUN_TIMEOUT_MS = 60_000
/** Programs of one test start several times: what the first one has compiled, the others need not. */
const compileCache = join(tmpdir(), 'house-helper-test-compile-cache')

/** Runs a program of this folder until it ends; resolves with the signal that ended it. */
export function runProgram(program: string, env: Readonly<Record<string, string>>): Promise<NodeJS.Signals | null> {
  const file = join(import.meta.dirname, program)
  const child = spawn(process.execPath, ['--conditions=@house-helper/source', file], {
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${program} did not come to its point within ${RUN_TIMEOUT_MS} ms.`))
    }, RUN_TIMEOUT_MS)
    child.once('error', reject)
    child.once('close', (_, signal) => {
      clearTimeout(timer)
      resolve(signal)
    })
  })
}
