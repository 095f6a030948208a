import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The longest that a program may run, in milliseconds. */
const RUN_TIMEOUT_MS = 30_000

/** A program that was started, in the hands of a test. */
export interface StartedProgram {
  /** The lines that it wrote so far. */
  readonly lines: readonly string[]
  signal(signal: NodeJS.Signals): void
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>
}

/** Starts a program of this folder. */
export function startProgram(program: string, env: Readonly<Record<string, string>>): StartedProgram {
  const child = spawnProgram(program, env)
  const lines: string[] = []
  child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')))
  return { lines, signal: (signal) => void child.kill(signal), ended: once(child, 'close') }
}

function spawnProgram(program: string, env: Readonly<Record<string, string>>) {
  const file = join(import.meta.dirname, program)
  return spawn(process.execPath, ['--conditions=@house-helper/source', file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Runs a program of this folder until it ends; resolves with the signal that ended it and what it wrote. */
export function runProgram(
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly signal: NodeJS.Signals | null; readonly output: string }> {
  const child = spawnProgram(program, env)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${program} did not come to its point within ${RUN_TIMEOUT_MS} ms.`))
    }, RUN_TIMEOUT_MS)
    child.once('error', reject)
    child.once('close', (_, signal) => {
      clearTimeout(timer)
      resolve({ signal, output })
    })
  })
}
