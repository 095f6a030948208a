import { spawn } from 'node:child_process'
import { LocalStackError } from './errors.ts'

/** What a finished command left behind. */
export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

/** How a command is run. */
export interface CommandOptions {
  /** After this time the command is killed. */
  timeoutMs: number
  signal?: AbortSignal | undefined
  cwd?: string
  env?: NodeJS.ProcessEnv
}

/**
 * Runs a command to its end and returns its exit code and output.
 * Throws `COMMAND_FAILED` when it can't be started and `COMMAND_TIMED_OUT` past `timeoutMs`; an exit code is no error.
 */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { timeoutMs, signal, cwd, env } = options
  const deadline = AbortSignal.timeout(timeoutMs)
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    killSignal: 'SIGKILL',
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  })
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      if (signal?.aborted) reject(signal.reason)
      else if (deadline.aborted)
        reject(new LocalStackError('COMMAND_TIMED_OUT', `${command} took longer than ${timeoutMs} ms`, { cause }))
      else reject(new LocalStackError('COMMAND_FAILED', `${command} can't be run: ${cause.message}`, { cause }))
    })
    child.once('close', (code) => resolve({ code, stdout: stdout(), stderr: stderr() }))
  })
}

/** Runs a command that has to succeed and returns what it printed; throws `COMMAND_FAILED` with its last words. */
export async function runToSuccess(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const result = await runCommand(command, args, options)
  if (result.code === 0) return result.stdout
  const words = lastLines(`${result.stdout}\n${result.stderr}`, 15)
  throw new LocalStackError('COMMAND_FAILED', `${command} ${args[0] ?? ''} ended with code ${result.code}:\n${words}`)
}

/** The last non-empty lines of a text. */
export function lastLines(text: string, count: number): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-count).join('\n')
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}
