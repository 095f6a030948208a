import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePorts, isFree, keptPorts } from './ports.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ports-test-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('finds different free ports', async () => {
  const { one, two } = await freePorts(['one', 'two'])
  expect(one).not.toBe(two)
  expect(await Promise.all([isFree(one), isFree(two)])).toEqual([true, true])
})

test('gives the same ports again', async () => {
  const file = join(folder, 'ports.json')
  const first = await keptPorts(file, ['client'])
  expect(await keptPorts(file, ['client'])).toEqual(first)
})

test('gives and keeps another port when somebody else listens on the kept one', async () => {
  const file = join(folder, 'ports.json')
  const { client } = await keptPorts(file, ['client'])
  await using other = createServer()
  await once(other.listen(client, '127.0.0.1'), 'listening')
  const second = await keptPorts(file, ['client'])
  expect(second.client).not.toBe(client)
  expect(await keptPorts(file, ['client'])).toEqual(second)
})

test('chooses anew when the file is half-written', async () => {
  const file = join(folder, 'ports.json')
  await writeFile(file, '{"client":')
  const { client } = await keptPorts(file, ['client'])
  expect(await isFree(client)).toBe(true)
})
