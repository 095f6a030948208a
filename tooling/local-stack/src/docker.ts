import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from './command.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { isLocalStackError, LocalStackError } from './errors.ts'
import { openLog, waitForLogLine } from './log-line.ts'
import { joinReplicaSet, replicaSetName } from './mongodb/replica-set.ts'
import { keptPorts } from './ports.ts'
import type { OnProgress, ServerName } from './progress.ts'
import { type SupervisedProcess, superviseProcess } from './supervised-process.ts'

/** How a server in Docker is started. */
export interface DockerOptions {
  /** Holds the ports and the log; the data is in a volume named after it. Default: temporary, gone with the server. */
  dataDir?: string | undefined
  fresh?: boolean | undefined
  onProgress?: OnProgress | undefined
  signal?: AbortSignal | undefined
}

/** A server that runs in Docker Compose. */
export interface DockerServer {
  /** What clients are told: `127.0.0.1:<port>` for Kafka, a URI for MongoDB. */
  readonly address: string
  /** Resolves with Compose's exit code when the container has ended. */
  readonly ended: Promise<number>
  close(): Promise<void>
}

/** Says why Docker Compose can't be used here, or nothing when an engine answers. */
export async function whyNoDocker(signal?: AbortSignal): Promise<string | undefined> {
  const engine = await answers(['info', '--format', '{{.ServerVersion}}'], signal)
  if (engine !== undefined) return engine === 'COMMAND_FAILED' ? 'no Docker' : 'no Docker engine answers'
  return (await answers(['compose', 'version'], signal)) === undefined ? undefined : 'Docker has no Compose'
}

async function answers(args: readonly string[], signal?: AbortSignal): Promise<string | undefined> {
  try {
    const { code } = await runCommand('docker', args, { timeoutMs: 5_000, signal })
    return code === 0 ? undefined : 'code'
  } catch (error) {
    if (isLocalStackError(error)) return error.code
    throw error
  }
}

const composeFile = fileURLToPath(new URL('./compose.yaml', import.meta.url))

// An image may have to be pulled first.
const startTimeoutMs = 300_000

const readyLines = { kafka: /Kafka Server started/, mongodb: /Waiting for connections/ } as const

/** Starts one server of compose.yaml; resolves when it serves clients. Throws `SERVER_ENDED` or `START_TIMED_OUT`. */
export async function startInDocker(server: ServerName, options: DockerOptions = {}): Promise<DockerServer> {
  const { onProgress, signal } = options
  const folder = await openDataFolder({ ...options, server })
  const { port } = await keptPorts(join(folder.path, 'ports.json'), ['port'])
  const compose = composeArgs(server, folder)
  if (!folder.isComplete) await removeVolume(compose, port)
  onProgress?.({ server, step: 'starting in Docker Compose' })
  const logFile = join(folder.path, 'server.log')
  await using log = await openLog(logFile)
  const process = await runContainer(server, folder, compose, port)
  await folder.heldBy(process)
  try {
    const wait = { process, log, pattern: readyLines[server] }
    await waitForLogLine({ ...wait, server: `${server} in Docker`, timeoutMs: startTimeoutMs, signal })
    if (server === 'mongodb') await joinReplicaSet(port, 60_000, signal)
  } catch (error) {
    await process.stop()
    await folder.release()
    throw error
  }
  await folder.complete()
  return { address: addresses[server](port), ended: process.ended, close: () => process.stop().then(folder.release) }
}

const addresses = {
  kafka: (port: number) => `127.0.0.1:${port}`,
  mongodb: (port: number) => `mongodb://127.0.0.1:${port}/?replicaSet=${replicaSetName}`,
} as const

function composeArgs(server: ServerName, { path }: DataFolder): string[] {
  // One project a data folder: two clones on a machine don't share volumes.
  const project = `house-helper-${server}-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`
  return ['compose', '-p', project, '-f', composeFile]
}

async function removeVolume(compose: readonly string[], port: number): Promise<void> {
  const env = { ...process.env, ...portSettings(port) }
  const args = [...compose, 'down', '--volumes']
  const { code, stderr } = await runCommand('docker', args, { timeoutMs: 60_000, env })
  if (code !== 0) throw new LocalStackError('COMMAND_FAILED', `docker ${args.join(' ')} failed: ${stderr.trim()}`)
}

function runContainer(
  server: ServerName,
  folder: DataFolder,
  compose: readonly string[],
  port: number,
): Promise<SupervisedProcess> {
  return superviseProcess(`${server} in Docker`, {
    command: 'docker',
    args: [...compose, 'up', '--no-color', '--no-log-prefix', server],
    // Compose is killed only when it hangs; the containers are taken down afterwards in any case.
    afterwards: { command: 'docker', args: [...compose, 'down', ...(folder.removeAtEnd ? ['--volumes'] : [])] },
    env: portSettings(port),
    cwd: folder.path,
    logFile: join(folder.path, 'server.log'),
    stopTimeoutMs: 20_000,
    removeAtEnd: folder.removeAtEnd,
  })
}

// compose.yaml asks for both, whichever server is started.
function portSettings(port: number): Record<string, string> {
  return { KAFKA_PORT: String(port), MONGODB_PORT: String(port) }
}
