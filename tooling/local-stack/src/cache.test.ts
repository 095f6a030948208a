import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cached, cacheFolder } from './cache.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cache-test-'))
  vi.stubEnv('XDG_CACHE_HOME', home)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true, force: true })
})

test('is in XDG_CACHE_HOME, else in the home folder', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/caches' })).toBe('/caches/house-helper-events')
  expect(cacheFolder({})).toMatch(/\.cache\/house-helper-events$/)
})

test('makes a folder once and returns it from then on', async () => {
  const make = vi.fn((folder: string) => writeFile(join(folder, 'file'), 'content'))
  const first = await cached('thing', make)
  expect(await cached('thing', make)).toBe(first)
  expect(make).toHaveBeenCalledTimes(1)
  expect(await readFile(join(first, 'file'), 'utf8')).toBe('content')
})

test('a failed making leaves nothing behind and is tried anew', async () => {
  await expect(
    cached('thing', async (folder) => {
      await writeFile(join(folder, 'half'), '')
      throw new Error('cut off')
    }),
  ).rejects.toThrow('cut off')
  expect(await readdir(cacheFolder())).toEqual([])
  const made = await cached('thing', (folder) => writeFile(join(folder, 'whole'), ''))
  expect(await readdir(made)).toEqual(['whole'])
})

test('of two makers at once both get the one complete folder', async () => {
  let arrived = 0
  const { promise: bothThere, resolve } = Promise.withResolvers<void>()
  const make = async (folder: string) => {
    await writeFile(join(folder, 'file'), 'content')
    arrived += 1
    if (arrived === 2) resolve()
    await bothThere
  }
  const [one, other] = await Promise.all([cached('thing', make), cached('thing', make)])
  expect(one).toBe(other)
  expect(await readdir(cacheFolder())).toEqual(['thing'])
})

test('removes what a killed maker left a day ago, and nothing younger', async () => {
  await cached('other', async () => {})
  const [old, young] = ['thing.making-old', 'thing.making-young'].map((name) => join(cacheFolder(), name))
  for (const folder of [old, young]) await mkdir(folder ?? '')
  const dayAgo = new Date(Date.now() - 25 * 60 * 60 * 1_000)
  await utimes(old ?? '', dayAgo, dayAgo)
  await cached('thing', async () => {})
  expect((await readdir(cacheFolder())).sort()).toEqual(['other', 'thing', 'thing.making-young'])
})
