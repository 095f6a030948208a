import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runToSuccess } from '../command.ts'
import { type DataFolder, openDataFolder } from '../data-folder.ts'
import { LocalStackError } from '../errors.ts'
import { openLog, waitForLogLine } from '../log-line.ts'
import { freePorts, keptPorts } from '../ports.ts'
import type { OnProgress } from '../progress.ts'
import { startOnFreePorts } from '../start-attempts.ts'
import { type SupervisedProcess, superviseProcess } from '../supervised-process.ts'
import { type Certificates, makeCertificates } from './certificates.ts'
import { kafkaJars, kafkaVersion } from './jars.ts'
import { findJava, type Java, javaRemedy } from './java.ts'
import { type KafkaSecurity, type ServerSettings, scramCredentials, serverProperties } from './server-properties.ts'

/** How a local Kafka is started; every setting has a default. */
export interface KafkaOptions {
  /** Where the data is and stays. Default: a temporary folder that goes with the server. */
  dataDir?: string | undefined
  /** Throws the data of an earlier start away. Default: false. */
  fresh?: boolean | undefined
  /** TLS, logins and ACLs on the client listener. Default: none, plain text. Users are those of the first start on the data. */
  security?: KafkaSecurity | undefined
  /** Adds a second, plain listener that tells clients this port: a proxy's, which passes on to `proxiedPort`. */
  advertisedPort?: number | undefined
  /** Further settings of the broker, by their name in server.properties. */
  properties?: Readonly<Record<string, string>> | undefined
  /** The Java heap's bound. Default: 512. */
  heapMb?: number | undefined
  /** `start` compiles lightly and is ready sooner; `throughput` is for measuring. Default: `start`. */
  tunedFor?: 'start' | 'throughput' | undefined
  /** Default: 60,000. */
  startTimeoutMs?: number | undefined
  /** Between asking the broker to end and killing it. Default: 8,000. */
  stopTimeoutMs?: number | undefined
  onProgress?: OnProgress | undefined
  signal?: AbortSignal | undefined
}

/** A running Kafka of our own: one node, broker and controller. */
export interface KafkaServer {
  /** The addresses for KAFKA_BROKERS. */
  readonly brokers: readonly string[]
  /** Where the second plain listener is bound; nothing without `advertisedPort`. */
  readonly proxiedPort: number | undefined
  /** The files for TLS; nothing without `security`. */
  readonly certificates: Certificates | undefined
  readonly dataDir: string
  readonly logFile: string
  readonly pid: number
  /** The process between ours and the server; when it ends, the server does. */
  readonly supervisorPid: number
  /** Rejects never; resolves with the exit code when the broker has ended, wanted or not. */
  readonly ended: Promise<number>
  /** Ends the broker in order; resolves when it is gone. Safe to call again. */
  close(): Promise<void>
  /** Ends the broker with SIGKILL, as a crash would. */
  kill(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a Kafka of our own on this machine; resolves when it serves clients.
 * The first start on a machine downloads it. Throws `JAVA_MISSING`, `DOWNLOAD_FAILED`, `DATA_IN_USE` or what ended it.
 * With a `dataDir`, topics and records are there again at the next start, at the same port while that is free.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const { signal, onProgress } = options
  const tell = (step: string) => onProgress?.({ server: 'kafka', step })
  const java = await findJava(process.env, signal)
  if (typeof java === 'string') throw new LocalStackError('JAVA_MISSING', `Kafka can't start: ${java}; ${javaRemedy}`)
  const jars = await kafkaJars((from) => tell(`downloading Kafka ${kafkaVersion} ${from}, once`), signal)
  return startOnFreePorts(async () => {
    const folder = await openDataFolder({ ...options, server: 'kafka' })
    try {
      const certificates = options.security && (await tlsFiles(folder, tell, signal))
      return await startBroker({ java, libs: join(jars, 'libs'), folder, certificates, options, tell })
    } catch (error) {
      await folder.release()
      throw error
    }
  })
}

interface Broker {
  java: Java
  libs: string
  folder: DataFolder
  certificates: Certificates | undefined
  options: KafkaOptions
  tell: (step: string) => void
}

const portNames = ['client', 'controller', 'proxied'] as const

async function startBroker(broker: Broker): Promise<KafkaServer> {
  const { folder, options, tell } = broker
  const { path } = folder
  const ports = options.dataDir ? await keptPorts(join(path, 'ports.json'), portNames) : await freePorts(portNames)
  await writeProperties(broker, ports)
  if (!folder.isComplete) {
    tell('formatting its data folder')
    await format(broker)
  }
  tell('starting')
  const logFile = join(path, 'server.log')
  await using log = await openLog(logFile)
  const process = await run(broker)
  await folder.heldBy(process)
  try {
    const timeoutMs = options.startTimeoutMs ?? 60_000
    const pattern = /Kafka Server started/
    await waitForLogLine({ server: 'Kafka', process, log, pattern, timeoutMs, signal: options.signal })
  } catch (error) {
    await process.kill()
    throw error
  }
  await folder.complete()
  return kafkaServer(broker, process, ports, logFile)
}

function kafkaServer(
  { folder, certificates, options }: Broker,
  process: SupervisedProcess,
  ports: Record<(typeof portNames)[number], number>,
  logFile: string,
): KafkaServer {
  const end = async (how: () => Promise<void>) => {
    await how()
    await folder.release()
  }
  const close = () => end(process.stop)
  return {
    brokers: [`127.0.0.1:${ports.client}`],
    proxiedPort: options.advertisedPort === undefined ? undefined : ports.proxied,
    certificates,
    dataDir: folder.path,
    logFile,
    pid: process.pid,
    supervisorPid: process.supervisorPid,
    ended: process.ended,
    close,
    kill: () => end(process.kill),
    [Symbol.asyncDispose]: close,
  }
}

async function tlsFiles(folder: DataFolder, tell: Broker['tell'], signal?: AbortSignal): Promise<Certificates> {
  tell('making certificates')
  const path = join(folder.path, 'tls')
  await mkdir(path, { recursive: true })
  return makeCertificates(path, signal)
}

async function writeProperties({ folder, certificates, options }: Broker, ports: ServerSettings['ports']) {
  const { advertisedPort, properties } = options
  const security = options.security &&
    certificates && { ...options.security, certificates, brokerPassword: randomBytes(16).toString('hex') }
  const logDir = join(folder.path, 'data')
  const text = serverProperties({ logDir, ports, advertisedPort, security, properties })
  // It holds passwords.
  await writeFile(join(folder.path, 'server.properties'), text, { mode: 0o600 })
}

async function format({ java, libs, folder, options }: Broker): Promise<void> {
  const users = scramCredentials(options.security?.users ?? [])
  await runToSuccess(
    java.command,
    [
      '-Xmx256m',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      `${libs}/*`,
      'kafka.tools.StorageTool',
      'format',
      '--ignore-formatted',
    ]
      .concat(['-t', newClusterId(), '-c', 'server.properties'])
      .concat(users.flatMap((user) => ['--add-scram', user])),
    { cwd: folder.path, timeoutMs: 60_000, signal: options.signal },
  )
}

function newClusterId(): string {
  const bytes = randomBytes(16)
  // Cleared, or one id in 64 would begin with `-` and be taken for an option.
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return bytes.toString('base64url')
}

function run({ java, libs, folder, options }: Broker): Promise<SupervisedProcess> {
  const logging = fileURLToPath(new URL('./log4j2.properties', import.meta.url))
  const quick = options.tunedFor === 'throughput' ? [] : ['-XX:TieredStopAtLevel=1']
  return superviseProcess('Kafka', {
    command: java.command,
    args: [`-Xmx${options.heapMb ?? 512}m`, ...quick, `-Dlog4j2.configurationFile=${logging}`].concat([
      '-cp',
      `${libs}/*`,
      'kafka.Kafka',
      'server.properties',
    ]),
    cwd: folder.path,
    env: {},
    logFile: join(folder.path, 'server.log'),
    stopTimeoutMs: options.stopTimeoutMs ?? 8_000,
    removeAtEnd: folder.removeAtEnd,
  })
}
