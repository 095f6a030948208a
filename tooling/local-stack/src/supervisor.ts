/**
 * The process between ours and a server: it ends the server when ours is gone, however ours ended.
 * It holds the reading end of a pipe from its parent; the system closes that pipe also after a SIGKILL.
 * Its one argument is a SupervisorOrder as JSON; it prints the server's process number, and exits with its exit code.
 */
import { spawn, spawnSync } from 'node:child_process'
import { openSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** What a supervisor has to start and how it ends it. Written by our own process only, hence not checked again. */
export interface SupervisorOrder {
  command: string
  args: readonly string[]
  env: Record<string, string>
  cwd: string
  /** Where the server's output goes, appended. */
  logFile: string
  /** Between SIGTERM and SIGKILL. */
  stopTimeoutMs: number
  /** Run when the server has ended, such as `docker compose down`. */
  afterwards?: { command: string; args: readonly string[] } | undefined
  /** A folder that goes with the server. */
  removeAtEnd?: string | undefined
}

function supervise(order: SupervisorOrder): void {
  const log = openSync(order.logFile, 'a')
  const server = spawn(order.command, order.args, {
    cwd: order.cwd,
    env: { ...process.env, ...order.env },
    stdio: ['ignore', log, log],
  })
  server.once('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    finish(order, 127)
  })
  server.once('exit', (code, signal) => finish(order, code ?? (signal === 'SIGKILL' ? 137 : 143)))
  server.once('spawn', () => process.stdout.write(`${server.pid}\n`))

  const stop = () => {
    server.kill('SIGTERM')
    setTimeout(() => server.kill('SIGKILL'), order.stopTimeoutMs)
  }
  const orders = createInterface({ input: process.stdin })
  orders.on('line', (line) => line === 'kill' && server.kill('SIGKILL'))
  orders.once('close', stop)
  process.once('SIGTERM', stop)
  // The parent's end of these pipes may be gone: then nobody is left to tell.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
}

function finish(order: SupervisorOrder, code: number): void {
  if (order.afterwards) {
    const { command, args } = order.afterwards
    spawnSync(command, args, {
      timeout: 60_000,
      stdio: 'ignore',
      cwd: order.cwd,
      env: { ...process.env, ...order.env },
    })
  }
  if (order.removeAtEnd) rmSync(order.removeAtEnd, { recursive: true, force: true, maxRetries: 3 })
  process.exit(code)
}

supervise(JSON.parse(process.argv[2] ?? '') as SupervisorOrder)
