import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDataFolder } from './data-folder.ts'
import { identifyProcess } from './process-identity.ts'
import type { SupervisedProcess } from './supervised-process.ts'

let dataDir: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'data-folder-test-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

const open = (fresh = false) => openDataFolder({ dataDir, fresh, server: 'kafka' })

test('complete data is kept', async () => {
  const first = await open()
  expect(first.isComplete).toBe(false)
  await writeFile(join(dataDir, 'records'), 'kept')
  await first.complete()
  await first.release()
  expect((await open()).isComplete).toBe(true)
  expect(existsSync(join(dataDir, 'records'))).toBe(true)
})

test('half-made data is thrown away, the ports stay', async () => {
  const first = await open()
  await writeFile(join(dataDir, 'records'), 'half')
  await writeFile(join(dataDir, 'ports.json'), '{}')
  await first.release()
  expect((await open()).isComplete).toBe(false)
  expect((await readdir(dataDir)).sort()).toEqual(['owner.json', 'ports.json'])
})

test('fresh throws complete data away', async () => {
  const first = await open()
  await first.complete()
  await writeFile(join(dataDir, 'records'), 'old')
  await first.release()
  expect((await open(true)).isComplete).toBe(false)
  expect(existsSync(join(dataDir, 'records'))).toBe(false)
})

test('data that another process holds is refused, naming that process', async () => {
  await open()
  await expect(open()).rejects.toMatchObject({
    code: 'DATA_IN_USE',
    message: expect.stringContaining(`process ${process.pid}`),
  })
})

test('the hold of a process that is gone counts for nothing, even when its number is used again', async () => {
  const identity = await identifyProcess(process.pid)
  const gone = { ...identity, began: `${identity?.began}1` }
  await writeFile(join(dataDir, 'owner.json'), JSON.stringify({ owner: gone }))
  expect((await open()).isComplete).toBe(false)
})

test('waits for a server that is still ending after its starter was killed', async () => {
  const supervisor = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(supervisor, 'spawn')
  const first = await open()
  await first.heldBy({ supervisorPid: supervisor.pid } as SupervisedProcess)
  await markOwnerGone()
  const second = open()
  const state = Promise.race([second.then(() => 'opened'), once(supervisor, 'exit').then(() => 'ended')])
  supervisor.stdin.end()
  expect(await state).toBe('ended')
  expect((await second).isComplete).toBe(false)
})

test('a temporary folder goes when it is released', async () => {
  const folder = await openDataFolder({ server: 'kafka' })
  expect(folder.removeAtEnd).toBe(folder.path)
  await folder.release()
  expect(existsSync(folder.path)).toBe(false)
})

test('a temporary folder whose maker was killed goes when the next one is made', async () => {
  const left = await openDataFolder({ server: 'kafka' })
  await markOwnerGone(left.path)
  const next = await openDataFolder({ server: 'kafka' })
  expect(existsSync(left.path)).toBe(false)
  await next.release()
})

async function markOwnerGone(folder = dataDir): Promise<void> {
  const file = join(folder, 'owner.json')
  const content = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...content, owner: { pid: 1, began: 'another time' } }))
}
