import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { lastLines, projectRoot, superviseProcess } from '@house-helper/local-stack'

/** A program of this repository that runs for the whole of a start. */
export interface Service {
  readonly name: string
  /** Rejects when it ends before it was stopped, with the last lines of its log. */
  readonly died: Promise<never>
  /** SIGTERM, and SIGKILL past its deadline; resolves when it is gone. */
  stop(): Promise<void>
}

/** What to run. */
export interface ServiceOrder {
  readonly name: string
  /** The program, from the root of the repository. */
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  /** Node's own arguments. Default none. */
  readonly nodeArgs?: readonly string[]
  /** Where its log goes, as `<name>.log`. */
  readonly logsDir: string
}

// Everything here runs from the sources: nothing has to be built first.
const sourceArgs = ['--conditions=@house-helper/source']

// The event logger itself ends within 10 s; past that it hangs.
const stopTimeoutMs = 12_000

/** Starts a program that ends when this process does, however this process ends. */
export async function startService({ name, file, env, nodeArgs = [], logsDir }: ServiceOrder): Promise<Service> {
  await mkdir(logsDir, { recursive: true })
  const logFile = join(logsDir, `${name}.log`)
  const child = await superviseProcess(name, {
    command: process.execPath,
    args: [...nodeArgs, ...sourceArgs, join(projectRoot, file)],
    env,
    cwd: projectRoot,
    logFile,
    stopTimeoutMs,
  })
  let stopping = false
  const died = child.ended.then(async (code) => {
    // Wanted: then nobody waits for this any more.
    if (stopping) return new Promise<never>(() => {})
    throw new Error(
      `${name} ended with code ${code}; ${logFile} ends with:\n${lastLines(await readFile(logFile, 'utf8'), 15)}`,
    )
  })
  // Whoever starts a service also waits for its death; until then an early one must not count as unhandled.
  died.catch(() => {})
  const stop = async (): Promise<void> => {
    stopping = true
    await child.stop()
  }
  return { name, died, stop }
}

/** What to run to its end. */
export interface ProgramOrder {
  /** The program, from the root of the repository. */
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** Runs a program of this repository to its end; throws what it said on stderr when that is not exit code 0. */
export async function runProgram({ file, args, env, signal, timeoutMs }: ProgramOrder): Promise<void> {
  const program = [...sourceArgs, join(projectRoot, file), ...args]
  const options = { cwd: projectRoot, env: { ...process.env, ...env }, signal, timeout: timeoutMs }
  try {
    await promisify(execFile)(process.execPath, program, options)
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string }
    throw new Error(`${file} ${args.join(' ')} failed: ${stderr.trim() || (error as Error).message}`, { cause: error })
  }
}
