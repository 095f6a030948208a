import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program that runs, and all that it has written. */
export interface RunningProgram {
  readonly output: string
  /** Rejects when it ends before it was interrupted. */
  readonly died: Promise<never>
  /** Ctrl-C; resolves once it has ended. Rejects where it ends with an error, or not within 15 s. */
  interrupt(): Promise<void>
  /** Ends it at once, whatever it does. */
  kill(): void
}

/** Starts a TypeScript program from its source, as `node` runs it. */
export function startProgram(file: string, env: Readonly<Record<string, string | undefined>>): RunningProgram {
  const child = spawn(process.execPath, ['--conditions=@house-helper/source', file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = outputOf(child)
  let isEnding = false
  const ended = once(child, 'close')
  const died = ended.then(([code]) => {
    // Wanted: then nobody waits for this any more.
    if (isEnding) return new Promise<never>(() => {})
    throw new Error(`${file} ended with code ${code}:\n${written.join('')}`)
  })
  // Whoever waits for its output waits for this too; until then an early death must not count as unhandled.
  died.catch(() => {})
  return {
    get output() {
      return written.join('')
    },
    died,
    interrupt: async () => {
      isEnding = true
      const timeout = setTimeout(() => child.kill('SIGKILL'), 15_000)
      child.kill('SIGINT')
      const [code] = await ended
      clearTimeout(timeout)
      if (code !== 0) throw new Error(`${file} ended with code ${code} after Ctrl-C:\n${written.join('')}`)
    },
    kill: () => {
      isEnding = true
      child.kill('SIGKILL')
    },
  }
}

function outputOf({ stdout, stderr }: ChildProcess): readonly string[] {
  const written: string[] = []
  for (const stream of [stdout, stderr]) stream?.setEncoding('utf8').on('data', (text: string) => written.push(text))
  return written
}
