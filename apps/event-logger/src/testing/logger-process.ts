import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  /** The lines of its log. */
  readonly log: readonly LogLine[]
}

/** A line of the log. */
export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** An event logger in a process of its own. */
export interface LoggerProcess {
  /** Resolves with the first line of the log with this message; rejects when the process ends before. */
  logged(message: string): Promise<LogLine>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<ProcessEnd>
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

/** Starts an event logger with exactly these variables. */
export function startLogger(env: Readonly<Record<string, string>>): LoggerProcess {
  const child = spawn(process.execPath, ['--conditions=@house-helper/source', main], { env: { ...env } })
  const log: LogLine[] = []
  const waiting = new Set<{ message: string; resolve(line: LogLine): void; reject(error: Error): void }>()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (text) => {
    const line = JSON.parse(text) as LogLine
    log.push(line)
    for (const one of waiting) if (one.message === line.msg) one.resolve(line)
  })
  const ended = once(child, 'close').then(([exitCode, signal]): ProcessEnd => {
    const said = `${log.map((line) => JSON.stringify(line)).join('\n')}\n${stderr}`
    for (const { message, reject } of waiting) reject(new Error(`It ended without saying "${message}":\n${said}`))
    return { exitCode, signal, stderr, log }
  })
  return {
    logged: (message) => {
      const known = log.find(({ msg }) => msg === message)
      if (known !== undefined) return Promise.resolve(known)
      return new Promise((resolve, reject) => waiting.add({ message, resolve, reject }))
    },
    kill: (signal) => void child.kill(signal),
    ended,
  }
}
