import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLog, waitForLogLine } from './log-line.ts'
import { superviseProcess } from './supervised-process.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-line-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a line of an earlier start does not count', async () => {
  await writeFile(join(folder, 'server.log'), 'Server started')
  await expect(waitFor('console.log("nothing yet")')).rejects.toMatchObject({ code: 'SERVER_ENDED' })
  expect(await readFile(join(folder, 'server.log.previous'), 'utf8')).toBe('Server started')
})

test('resolves with the line, while the server goes on', async () => {
  await waitFor('console.log("Server started"); setInterval(() => {}, 1_000)')
})

test('the end of the server is told with its warnings and errors, also when its data is gone with it', async () => {
  const code = 'console.log("INFO chatter"); console.log("ERROR disk full"); process.exit(7)'
  await expect(waitFor(code, { removeAtEnd: folder })).rejects.toMatchObject({
    code: 'SERVER_ENDED',
    message: 'The server ended with code 7 while starting; its log says:\nERROR disk full',
  })
  expect(existsSync(folder)).toBe(false)
})

// As Kafka 4.1 and mongod 6 word it.
test.each([
  'ERROR Socket server failed to bind to 127.0.0.1:29092: Address already in use. (kafka.network.DataPlaneAcceptor)',
  '{"s":"E","msg":"Error setting up listener","attr":{"error":{"errmsg":"Address already in use"}}}',
])('%s is a lost port', async (line) => {
  await expect(waitFor(`console.log(${JSON.stringify(line)})`)).rejects.toMatchObject({ code: 'PORT_TAKEN' })
})

test('a server that stays silent is given up at the deadline', async () => {
  const code = 'setInterval(() => {}, 1_000)'
  await expect(waitFor(code, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'START_TIMED_OUT' })
})

/** Waits for the line of a server made of this code, and ends the server. */
async function waitFor(code: string, options: { timeoutMs?: number; removeAtEnd?: string } = {}): Promise<void> {
  const logFile = join(folder, 'server.log')
  await using log = await openLog(logFile)
  const { timeoutMs = 20_000, removeAtEnd } = options
  const order = { command: process.execPath, args: ['-e', code], env: {}, cwd: '/', logFile, removeAtEnd }
  const server = await superviseProcess('The server', { ...order, stopTimeoutMs: 1_000 })
  try {
    await waitForLogLine({ server: 'The server', process: server, log, pattern: /Server started/, timeoutMs })
  } finally {
    await server.kill()
  }
}
