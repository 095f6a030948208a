import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DataFolder, openDataFolder } from '../data-folder.ts'
import { freePorts, keptPorts } from '../ports.ts'
import type { OnProgress } from '../progress.ts'
import { startOnFreePorts } from '../start-attempts.ts'
import type { SupervisedProcess } from '../supervised-process.ts'
import { type Certificates, makeCertificates } from './certificates.ts'
import {
  formatKafka,
  type KafkaProcess,
  kafkaLogFile,
  kafkaProgram,
  newClusterId,
  runKafka,
  writeKafkaProperties,
} from './kafka-process.ts'
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
  const program = await kafkaProgram(tell, signal)
  return startOnFreePorts(async () => {
    const folder = await openDataFolder({ ...options, server: 'kafka' })
    try {
      const certificates = options.security && (await tlsFiles(folder, tell, signal))
      const process = { ...options, program, path: folder.path, removeAtEnd: folder.removeAtEnd }
      return await startBroker({ process, folder, certificates, options, tell })
    } catch (error) {
      await folder.release()
      throw error
    }
  })
}

interface Broker {
  process: KafkaProcess
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
  await writeKafkaProperties(folder, propertiesOf(broker, ports))
  if (!folder.isComplete) {
    tell('formatting its data folder')
    await formatKafka(broker.process, newClusterId(), scramCredentials(options.security?.users ?? []))
  }
  tell('starting')
  const process = await runKafka(broker.process, folder.heldBy)
  await folder.complete()
  return kafkaServer(broker, process, ports)
}

function kafkaServer(
  { folder, certificates, options }: Broker,
  process: SupervisedProcess,
  ports: Record<(typeof portNames)[number], number>,
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
    logFile: kafkaLogFile(folder),
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

function propertiesOf({ folder, certificates, options }: Broker, ports: ServerSettings['ports']): string {
  const { advertisedPort, properties } = options
  const security = options.security &&
    certificates && { ...options.security, certificates, brokerPassword: randomBytes(16).toString('hex') }
  return serverProperties({ logDir: join(folder.path, 'data'), ports, advertisedPort, security, properties })
}
