import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** How a program ended. */
export interface ProgramEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Whether a signal of ours ended it. */
  readonly wanted: boolean
}

/** A program in a process of its own, that can be killed and stopped as a machine would do it. */
export interface Program {
  readonly name: string
  readonly pid: number
  /** Resolves when it has ended, wanted or not. */
  readonly ended: Promise<ProgramEnd>
  readonly hasEnded: boolean
  /** The last 200 lines of its output; all of it is in its log. */
  readonly lines: readonly string[]
  /** Resolves with the first line that holds a text, said before or after; rejects at the deadline or when it ends. */
  said(text: string, timeoutMs: number): Promise<string>
  /** Sends a signal; SIGSTOP and SIGCONT too. */
  signal(signal: NodeJS.Signals): void
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<ProgramEnd>
  /** SIGTERM, and SIGKILL at the deadline; resolves when it is gone. */
  stop(timeoutMs: number): Promise<ProgramEnd>
}

/** What to start. */
export interface ProgramOrder {
  readonly name: string
  /** The file to run. */
  readonly file: URL
  /** All of its variables. */
  readonly env: Readonly<Record<string, string>>
  /** Where its output goes, as `<name>.log`. */
  readonly logDir: string
  /** Node's own arguments. Default none. */
  readonly nodeArgs?: readonly string[]
}

const KEPT_LINES = 200
const compileCache = join(tmpdir(), 'house-helper-soak-compile-cache')
const endWithParent = new URL('./end-with-parent.ts', import.meta.url).href

/** Starts a program of this repository. It ends when this process does, however this process ends. */
export function startProgram({ name, file, env, logDir, nodeArgs = [] }: ProgramOrder): Program {
  mkdirSync(logDir, { recursive: true })
  const args = [...nodeArgs, '--conditions=@house-helper/source', '--import', endWithParent]
  const child = spawn(process.execPath, [...args, fileURLToPath(file)], {
    env: { NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  return new ChildProgram(name, child, join(logDir, `${name}.log`))
}

class ChildProgram implements Program {
  readonly name: string
  readonly pid: number
  readonly ended: Promise<ProgramEnd>
  readonly lines: string[] = []
  readonly #child: ChildProcess
  readonly #waiting = new Set<{ readonly text: string; readonly resolve: (line: string) => void }>()
  #wanted = false
  #end: ProgramEnd | undefined

  constructor(name: string, child: ChildProcess, logFile: string) {
    this.name = name
    this.#child = child
    const log = createWriteStream(logFile, { flags: 'a' })
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue
      createInterface({ input: output }).on('line', (line) => {
        log.write(`${line}\n`)
        this.#heard(line)
      })
    }
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, signal) => {
        this.#end = { exitCode, signal, wanted: this.#wanted }
        log.end()
        resolve(this.#end)
      })
    })
    // Whoever waits for it hears of it; without anybody it must not end the soak.
    this.ended.catch(() => {})
    this.pid = child.pid ?? 0
  }

  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  async said(text: string, timeoutMs: number): Promise<string> {
    const known = this.lines.find((line) => line.includes(text))
    if (known !== undefined) return known
    const said = Promise.withResolvers<string>()
    const entry = { text, resolve: said.resolve }
    this.#waiting.add(entry)
    const fail = (why: string): void => {
      said.reject(new Error(`${this.name} ${why} without saying "${text}":\n${this.lines.slice(-15).join('\n')}`))
    }
    const timer = setTimeout(() => fail(`ran for ${timeoutMs} ms`), timeoutMs)
    this.ended.then(
      () => fail('ended'),
      (error: unknown) => fail(`did not start (${String(error)})`),
    )
    try {
      return await said.promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(entry)
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') this.#wanted = true
    this.#child.kill(signal)
  }

  kill(): Promise<ProgramEnd> {
    this.signal('SIGKILL')
    return this.ended
  }

  async stop(timeoutMs: number): Promise<ProgramEnd> {
    this.signal('SIGTERM')
    // A program that was stopped gets its signal only once it goes on.
    this.signal('SIGCONT')
    const timer = setTimeout(() => this.signal('SIGKILL'), timeoutMs)
    try {
      return await this.ended
    } finally {
      clearTimeout(timer)
    }
  }

  #heard(line: string): void {
    this.lines.push(line)
    if (this.lines.length > KEPT_LINES) this.lines.shift()
    for (const { text, resolve } of this.#waiting) if (line.includes(text)) resolve(line)
  }
}
