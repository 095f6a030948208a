import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { downloadArchive, parseSha512 } from './archive.ts'

const hex = createHash('sha512').update('x').digest('hex')

test.each([
  ['in groups after the file name', `kafka_2.13-4.1.1.tgz: ${hex.toUpperCase().replace(/(.{8})/g, '$1 ')}\n`],
  ['over several lines', `kafka_2.13-4.1.1.tgz:\n${hex.slice(0, 64)}\n   ${hex.slice(64)}\n`],
  ['before the file name', `${hex}  kafka_2.13-4.1.1.tgz\n`],
  ['alone', hex],
])('reads a published SHA-512 %s', (_, text) => {
  expect(parseSha512(text)).toBe(hex)
})

let folder: string
let release: Buffer
let checksum: string
const server = createServer((request, response) => {
  if (request.url === '/9.9.9/kafka_2.13-9.9.9.tgz') response.end(release)
  else if (request.url === '/9.9.9/kafka_2.13-9.9.9.tgz.sha512') response.end(checksum)
  else response.writeHead(404).end()
})
let baseUrl: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-test-'))
  await mkdir(join(folder, 'kafka_2.13-9.9.9', 'libs'), { recursive: true })
  await writeFile(join(folder, 'kafka_2.13-9.9.9', 'libs', 'kafka.jar'), 'a jar')
  execFileSync('tar', ['-czf', 'release.tgz', 'kafka_2.13-9.9.9'], { cwd: folder })
  release = await readFile(join(folder, 'release.tgz'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

beforeEach(() => {
  checksum = `kafka_2.13-9.9.9.tgz: ${createHash('sha512').update(release).digest('hex')}`
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

test('downloads a release and keeps its jars alone', async () => {
  const target = await mkdtemp(join(folder, 'target-'))
  await downloadArchive({ version: '9.9.9', folder: target, baseUrl })
  expect(await readdir(target)).toEqual(['libs'])
  expect(await readFile(join(target, 'libs', 'kafka.jar'), 'utf8')).toBe('a jar')
})

test('refuses a release whose bytes are not those of the published checksum', async () => {
  checksum = hex
  const target = await mkdtemp(join(folder, 'target-'))
  await expect(downloadArchive({ version: '9.9.9', folder: target, baseUrl })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining(hex),
  })
})

test('says which address answers what', async () => {
  await expect(downloadArchive({ version: '0.0.0', folder, baseUrl })).rejects.toThrow(/0\.0\.0.*answers 404/)
})
