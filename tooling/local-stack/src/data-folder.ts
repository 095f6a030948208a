import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { LocalStackError } from './errors.ts'
import { identifyProcess, isRunning, type ProcessIdentity, processIdentity } from './process-identity.ts'
import type { SupervisedProcess } from './supervised-process.ts'

const ownerFile = z.object({ owner: processIdentity, supervisor: processIdentity.optional() })

type Owner = z.infer<typeof ownerFile>

/** The folder of one server's data, held by one process at a time. */
export interface DataFolder {
  readonly path: string
  /** The folder that goes when the server ends; nothing when the data stays. */
  readonly removeAtEnd: string | undefined
  /** Whether a server has been ready on this data before. */
  readonly isComplete: boolean
  /** Notes who supervises the server: a later start waits for it should we be killed. */
  heldBy(process: SupervisedProcess): Promise<void>
  /** Notes that the server was ready: from here on the data is kept by a later start. */
  complete(): Promise<void>
  /** Gives the folder up, once its server is gone; a temporary one is removed. */
  release(): Promise<void>
}

/** Where a server's data is, and whether what is there is thrown away first. */
export interface DataFolderOptions {
  /** Default: a temporary folder that goes with the server. */
  dataDir?: string | undefined
  fresh?: boolean | undefined
  server: string
  signal?: AbortSignal | undefined
}

// A supervisor whose parent was killed needs this long at most to end its server.
const earlierEndTimeoutMs = 30_000

/**
 * Opens a server's data folder and holds it.
 * Throws `DATA_IN_USE` while another process holds it; waits for a server whose starter was killed and that is ending.
 * Data on which no server has ever been ready is half-made and thrown away.
 */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const { dataDir, server } = options
  const path = dataDir ?? (await temporaryFolder(server))
  await mkdir(path, { recursive: true })
  await untilFree(path, options)
  const isComplete = existsSync(join(path, 'complete')) && !options.fresh
  if (!isComplete) await empty(path)
  await writeOwner(path, {})
  return {
    path,
    removeAtEnd: dataDir === undefined ? path : undefined,
    isComplete,
    heldBy: (process) => writeOwner(path, { supervisorPid: process.supervisorPid }),
    complete: () => writeFile(join(path, 'complete'), ''),
    // The supervisor removes a temporary folder too, but there may have been none yet.
    release: () => rm(dataDir === undefined ? path : join(path, 'owner.json'), { recursive: true, force: true }),
  }
}

async function temporaryFolder(server: string): Promise<string> {
  const prefix = `house-helper-${server}-`
  // Who is killed before its server has a supervisor leaves its folder: the next one clears up.
  for (const name of (await readdir(tmpdir())).filter((name) => name.startsWith(prefix))) {
    const path = join(tmpdir(), name)
    const held = await readOwner(path)
    if (held && (await holderOf(held)) === undefined) await rm(path, { recursive: true, force: true })
  }
  return mkdtemp(join(tmpdir(), prefix))
}

async function untilFree(path: string, { server, signal }: DataFolderOptions): Promise<void> {
  const deadline = Date.now() + earlierEndTimeoutMs
  for (;;) {
    const held = await readOwner(path)
    const holder = held && (await holderOf(held))
    if (holder === undefined) return
    if (holder === held?.owner || Date.now() > deadline)
      throw new LocalStackError(
        'DATA_IN_USE',
        `${path} is in use: process ${holder.pid} runs ${server} on it; end that process first, or choose another data folder`,
      )
    await sleep(50, undefined, { signal })
  }
}

/** Who still holds a folder: its owner, else the supervisor that the owner left behind. */
async function holderOf({ owner, supervisor }: Owner): Promise<ProcessIdentity | undefined> {
  if (await isRunning(owner)) return owner
  return supervisor && (await isRunning(supervisor)) ? supervisor : undefined
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return ownerFile.parse(JSON.parse(await readFile(join(path, 'owner.json'), 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function writeOwner(path: string, { supervisorPid }: { supervisorPid?: number }): Promise<void> {
  const content = {
    owner: await identifyProcess(process.pid),
    ...(supervisorPid === undefined ? {} : { supervisor: await identifyProcess(supervisorPid) }),
  }
  const file = join(path, 'owner.json')
  // Renamed into place: a reader never sees half of it, also where several servers of one folder start at once.
  const staged = `${file}.${randomUUID()}`
  await writeFile(staged, JSON.stringify(content))
  await rename(staged, file)
}

/** Empties a folder but for the ports: a client's settings stay right when the data begins anew. */
async function empty(path: string): Promise<void> {
  const names = (await readdir(path)).filter((name) => name !== 'ports.json')
  await Promise.all(names.map((name) => rm(join(path, name), { recursive: true, force: true })))
}
