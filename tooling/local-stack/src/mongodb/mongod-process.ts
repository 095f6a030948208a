import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openLog, waitForLogLine } from '../log-line.ts'
import { type SupervisedProcess, superviseProcess } from '../supervised-process.ts'
import type { Mongod } from './mongod.ts'
import { replicaSetName } from './replica-set.ts'

/** One mongod with a folder of its own, which holds its data. */
export interface MongodProcess {
  readonly mongod: Mongod
  readonly path: string
  readonly port: number
  /** The bound of WiredTiger's cache; `unbound` is what MongoDB takes by itself, half of the memory. Default: 1. */
  readonly cacheGb?: number | 'unbound' | undefined
  /** Default: 60,000. */
  readonly startTimeoutMs?: number | undefined
  /** Between asking mongod to end and killing it. Default: 8,000. */
  readonly stopTimeoutMs?: number | undefined
  /** A folder that goes with the process. */
  readonly removeAtEnd?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Where a mongod writes what it says. */
export function mongodLogFile({ path }: Pick<MongodProcess, 'path'>): string {
  return join(path, 'server.log')
}

/**
 * Starts a mongod; resolves when it takes connections, which is before it is in its replica set. `onRunning` is told of
 * it before that. Throws what ended it, with its log's telling lines.
 */
export async function runMongod(
  server: MongodProcess,
  onRunning: (process: SupervisedProcess) => Promise<void> = async () => {},
): Promise<SupervisedProcess> {
  await using log = await openLog(mongodLogFile(server))
  const process = await supervise(server)
  await onRunning(process)
  try {
    const { startTimeoutMs: timeoutMs = 60_000, signal } = server
    await waitForLogLine({ server: 'MongoDB', process, log, pattern: /Waiting for connections/, timeoutMs, signal })
  } catch (error) {
    await process.kill()
    throw error
  }
  return process
}

async function supervise(server: MongodProcess): Promise<SupervisedProcess> {
  const { mongod, path, port, cacheGb = 1, stopTimeoutMs = 8_000, removeAtEnd } = server
  const data = join(path, 'data')
  await mkdir(data, { recursive: true })
  const place = ['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', data]
  const cache = cacheGb === 'unbound' ? [] : ['--wiredTigerCacheSizeGB', String(cacheGb)]
  return superviseProcess('MongoDB', {
    command: mongod.command,
    args: ['--replSet', replicaSetName, ...place, ...cache, ...quickStop],
    cwd: path,
    env: {},
    logFile: mongodLogFile(server),
    stopTimeoutMs,
    removeAtEnd,
  })
}

// A member of a larger set lets its clients go for 15 s before it ends.
const quickStop = ['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=1000']
