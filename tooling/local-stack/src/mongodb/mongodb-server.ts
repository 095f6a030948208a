import { join } from 'node:path'
import { type DataFolder, openDataFolder } from '../data-folder.ts'
import { freePorts, keptPorts } from '../ports.ts'
import type { OnProgress } from '../progress.ts'
import { startOnFreePorts } from '../start-attempts.ts'
import type { SupervisedProcess } from '../supervised-process.ts'
import { findMongod, type Mongod } from './mongod.ts'
import { mongodLogFile, runMongod } from './mongod-process.ts'
import { joinReplicaSet, replicaSetName } from './replica-set.ts'

/** How a local MongoDB is started; every setting has a default. */
export interface MongoOptions {
  /** Where the data is and stays. Default: a temporary folder that goes with the server. */
  dataDir?: string | undefined
  /** Throws the data of an earlier start away. Default: false. */
  fresh?: boolean | undefined
  /** The bound of WiredTiger's cache; `unbound` is what MongoDB takes by itself, half of the memory. Default: 1. */
  cacheGb?: number | 'unbound' | undefined
  /** Default: 60,000. */
  startTimeoutMs?: number | undefined
  /** Between asking mongod to end and killing it. Default: 8,000. */
  stopTimeoutMs?: number | undefined
  onProgress?: OnProgress | undefined
  signal?: AbortSignal | undefined
}

/** A running MongoDB of our own: a replica set of one member, so that transactions and change streams work. */
export interface MongoServer {
  /** For MONGODB_URI. */
  readonly uri: string
  /** What runs, as a phrase: `MongoDB 6.0.5 of the Python wheel`. */
  readonly description: string
  readonly dataDir: string
  readonly logFile: string
  readonly pid: number
  /** The process between ours and the server; when it ends, the server does. */
  readonly supervisorPid: number
  /** Rejects never; resolves with the exit code when mongod has ended, wanted or not. */
  readonly ended: Promise<number>
  /** Ends mongod in order; resolves when it is gone. Safe to call again. */
  close(): Promise<void>
  /** Ends mongod with SIGKILL, as a crash would. */
  kill(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a MongoDB of our own on this machine; resolves when it is primary.
 * The first start on a machine may download it. Throws `MONGODB_MISSING`, `DATA_IN_USE` or what ended it.
 * With a `dataDir`, the data is there again at the next start, at the same port while that is free.
 */
export async function startMongo(options: MongoOptions = {}): Promise<MongoServer> {
  const tell = (step: string) => options.onProgress?.({ server: 'mongodb', step })
  const mongod = await findMongod(tell, options.signal)
  return startOnFreePorts(async () => {
    const folder = await openDataFolder({ ...options, server: 'mongodb' })
    tell('starting')
    try {
      return await startMongod(mongod, folder, options)
    } catch (error) {
      await folder.release()
      throw error
    }
  })
}

const portNames = ['client'] as const

async function startMongod(mongod: Mongod, folder: DataFolder, options: MongoOptions): Promise<MongoServer> {
  const { path, removeAtEnd } = folder
  const { client: port } = options.dataDir
    ? await keptPorts(join(path, 'ports.json'), portNames)
    : await freePorts(portNames)
  const process = await runMongod({ ...options, mongod, path, port, removeAtEnd }, folder.heldBy)
  try {
    await joinReplicaSet(port, options.startTimeoutMs ?? 60_000, options.signal)
  } catch (error) {
    await process.kill()
    throw error
  }
  await folder.complete()
  return mongoServer(mongod, folder, process, port)
}

function mongoServer(mongod: Mongod, folder: DataFolder, process: SupervisedProcess, port: number): MongoServer {
  const end = async (how: () => Promise<void>) => {
    await how()
    await folder.release()
  }
  const close = () => end(process.stop)
  return {
    uri: `mongodb://127.0.0.1:${port}/?replicaSet=${replicaSetName}`,
    description: `MongoDB ${mongod.version} of ${mongod.origin}`,
    dataDir: folder.path,
    logFile: mongodLogFile(folder),
    pid: process.pid,
    supervisorPid: process.supervisorPid,
    ended: process.ended,
    close,
    kill: () => end(process.kill),
    [Symbol.asyncDispose]: close,
  }
}
