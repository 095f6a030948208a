import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { openLog, waitForLogLine } from './log-line.ts'
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts'
import { superviseProcess } from './supervised-process.ts'

interface Held {
  servers: ProcessIdentity[]
  supervisors: ProcessIdentity[]
  folders: string[]
}

const holderFile = fileURLToPath(new URL('./fixtures/stack-holder.ts', import.meta.url))
// A start takes seconds, on a busy machine many.
vi.setConfig({ testTimeout: 180_000 })

// A clean end may take a server its full stop deadline.
const gone = { timeout: 30_000, interval: 50 }

let holder: ChildProcess

afterEach(() => {
  holder.kill('SIGKILL')
})

test('SIGKILL of the process that holds the servers leaves none of them, and none of their data', async () => {
  const held = await holdStack()
  expect(await running([...held.servers, ...held.supervisors])).toBe(4)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await vi.waitFor(async () => expect(await running([...held.servers, ...held.supervisors])).toBe(0), gone)
  expect(held.folders.filter((folder) => existsSync(folder))).toEqual([])
})

test('a killed supervisor takes its server with it', async () => {
  const server = await superviseProcess('a sleeper', {
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1_000)'],
    cwd: '/',
    env: {},
    logFile: '/dev/null',
    stopTimeoutMs: 1_000,
  })
  const identity = await identityOf(server.pid)
  process.kill(server.supervisorPid, 'SIGKILL')
  expect(await server.ended).toBe(137)
  await vi.waitFor(async () => expect(await isRunning(identity)).toBe(false), gone)
})

test('a server that ignores SIGTERM is killed at the deadline', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orphans-test-'))
  const logFile = join(folder, 'server.log')
  await using log = await openLog(logFile)
  const server = await superviseProcess('a stubborn server', {
    command: process.execPath,
    args: ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1_000); console.log("deaf")'],
    cwd: '/',
    env: {},
    logFile,
    stopTimeoutMs: 200,
  })
  const identity = await identityOf(server.pid)
  await waitForLogLine({ server: 'it', process: server, log, pattern: /deaf/, timeoutMs: 10_000 })
  await server.stop()
  expect(await server.ended).toBe(137)
  expect(await isRunning(identity)).toBe(false)
  await rm(folder, { recursive: true })
})

test('a command that does not exist is an error that names it', async () => {
  const order = { args: [], cwd: '/', env: {}, logFile: '/dev/null', stopTimeoutMs: 1_000 }
  await expect(superviseProcess('Kafka', { command: 'no-such-command', ...order })).rejects.toThrow(
    /Kafka can't be started: .*no-such-command/,
  )
})

async function holdStack(): Promise<Held> {
  holder = spawn(process.execPath, [holderFile], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (!holder.stdout) throw new Error('the holder has no output pipe')
  for await (const line of createInterface({ input: holder.stdout })) {
    const { pids, supervisorPids, folders } = JSON.parse(line)
    const identify = (all: number[]) => Promise.all(all.map(identityOf))
    return { servers: await identify(pids), supervisors: await identify(supervisorPids), folders }
  }
  throw new Error('the holder ended before its servers were ready')
}

async function identityOf(pid: number): Promise<ProcessIdentity> {
  const identity = await identifyProcess(pid)
  if (!identity) throw new Error(`process ${pid} does not run`)
  return identity
}

async function running(identities: readonly ProcessIdentity[]): Promise<number> {
  const states = await Promise.all(identities.map(isRunning))
  return states.filter(Boolean).length
}
