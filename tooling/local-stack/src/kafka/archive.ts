import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { runToSuccess } from '../command.ts'
import { LocalStackError } from '../errors.ts'

/** Which Kafka release is unpacked where. */
export interface ArchiveOptions {
  version: string
  /** Gets the folder `libs`. */
  folder: string
  /** Default: https://archive.apache.org/dist/kafka */
  baseUrl?: string | undefined
  signal?: AbortSignal | undefined
}

const downloadTimeoutMs = 600_000

/** Downloads an Apache Kafka release, compares its SHA-512, and unpacks its jars; throws `DOWNLOAD_FAILED`. */
export async function downloadArchive(options: ArchiveOptions): Promise<void> {
  const { version, folder, baseUrl = 'https://archive.apache.org/dist/kafka' } = options
  const name = `kafka_2.13-${version}.tgz`
  const url = `${baseUrl}/${version}/${name}`
  const deadline = AbortSignal.timeout(downloadTimeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline
  const file = join(folder, name)
  const [published] = await Promise.all([
    get(`${url}.sha512`, signal).then((response) => response.text()),
    get(url, signal).then(({ body }) => pipeline(body ?? [], createWriteStream(file), { signal })),
  ])
  const expected = parseSha512(published)
  const actual = await sha512(file)
  if (expected !== actual)
    throw new LocalStackError('DOWNLOAD_FAILED', `${url} has the SHA-512 ${actual}, but ${expected} is published`)
  const libs = join(folder, 'libs')
  await mkdir(libs)
  await runToSuccess('tar', ['-xzf', file, '-C', libs, '--strip-components=2', `kafka_2.13-${version}/libs`], {
    timeoutMs: 120_000,
    signal,
  })
  await rm(file)
}

/** Reads the checksum of Apache's .sha512 files: upper or lower case, in one run or in groups, after the file's name or not. */
export function parseSha512(text: string): string {
  const hex = text.replace(/^[^\n:]*:/, '').replace(/\s+\S*\.tgz\s*$/, '')
  return hex.replace(/\s/g, '').toLowerCase()
}

async function get(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    throw new LocalStackError('DOWNLOAD_FAILED', `${url} can't be reached`, { cause })
  })
  if (!response.ok) throw new LocalStackError('DOWNLOAD_FAILED', `${url} answers ${response.status}`)
  return response
}

async function sha512(file: string): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
