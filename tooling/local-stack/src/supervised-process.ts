import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { LocalStackError } from './errors.ts'
import type { SupervisorOrder } from './supervisor.ts'

/** A server process that ends when ours does, also after a SIGKILL of ours. */
export interface SupervisedProcess {
  /** The server's own process number. */
  readonly pid: number
  /** The process number of the supervisor between us and the server. */
  readonly supervisorPid: number
  /** Resolves with the exit code when the server has ended and its supervisor with it. */
  readonly ended: Promise<number>
  /** Asks the server to end, then makes it; resolves when it is gone. */
  stop(): Promise<void>
  /** Ends the server with SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** Freezes the server with SIGSTOP; it still ends when ours does. */
  pause(): void
  /** Lets a frozen server go on with SIGCONT. */
  resume(): void
}

const supervisorFile = fileURLToPath(new URL('./supervisor.ts', import.meta.url))

// Past the order's own deadline the supervisor itself must be broken.
const supervisorGraceMs = 65_000

/** Starts a server under a supervisor; resolves when it runs, which is not yet when it answers. */
export async function superviseProcess(server: string, order: SupervisorOrder): Promise<SupervisedProcess> {
  // A session of its own: Ctrl-C in the terminal reaches us alone, and we end the servers in order.
  const supervisor = spawn(process.execPath, [supervisorFile, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    // Vitest and others set options there that are theirs.
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const exit = once(supervisor, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  // Writing to a supervisor that has just ended fails; `ended` says so already.
  supervisor.stdin.on('error', () => {})
  const pid = await firstLine(supervisor, server)
  const ended = exit.then(([code]) => {
    // A supervisor that was killed can no longer end its server.
    if (code === null) signalIfThere(pid, 'SIGKILL')
    return code ?? 137
  })

  const end = async (order: 'stop' | 'kill') => {
    supervisor.stdin.end(order === 'kill' ? 'kill\n' : undefined)
    await within(ended, supervisorGraceMs, () => supervisor.kill('SIGKILL'))
  }
  return {
    pid,
    supervisorPid: supervisor.pid ?? 0,
    ended,
    stop: () => end('stop'),
    kill: () => end('kill'),
    pause: () => signalIfThere(pid, 'SIGSTOP'),
    resume: () => signalIfThere(pid, 'SIGCONT'),
  }
}

async function firstLine(supervisor: ChildProcess, server: string): Promise<number> {
  const { stdout, stderr } = supervisor
  if (!stdout || !stderr) throw new Error('the supervisor has no output pipes')
  const words: string[] = []
  stderr.on('data', (chunk: Buffer) => words.push(chunk.toString('utf8')))
  for await (const line of createInterface({ input: stdout })) return Number(line)
  throw new LocalStackError('SERVER_ENDED', `${server} can't be started: ${words.join('').trim()}`)
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function within(promise: Promise<unknown>, timeoutMs: number, late: () => void): Promise<void> {
  const timer = setTimeout(late, timeoutMs)
  await promise
  clearTimeout(timer)
}
