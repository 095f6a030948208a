import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runToSuccess } from '../command.ts'
import { LocalStackError } from '../errors.ts'
import { openLog, waitForLogLine } from '../log-line.ts'
import { type SupervisedProcess, superviseProcess } from '../supervised-process.ts'
import { kafkaJars, kafkaVersion } from './jars.ts'
import { findJava, type Java, javaRemedy } from './java.ts'

/** What every Kafka process of this machine runs with. */
export interface KafkaProgram {
  readonly java: Java
  /** The folder of the jars. */
  readonly libs: string
}

/** One Kafka process: a broker and controller with a folder of its own, which holds its server.properties. */
export interface KafkaProcess {
  readonly program: KafkaProgram
  readonly path: string
  /** The Java heap's bound. Default: 512. */
  readonly heapMb?: number | undefined
  /** `start` compiles lightly and is ready sooner; `throughput` is for measuring. Default: `start`. */
  readonly tunedFor?: 'start' | 'throughput' | undefined
  /** Default: 60,000. */
  readonly startTimeoutMs?: number | undefined
  /** Between asking it to end and killing it. Default: 8,000. */
  readonly stopTimeoutMs?: number | undefined
  /** A folder that goes with the process. */
  readonly removeAtEnd?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Finds Java and Kafka's jars; the first call on a machine downloads these. Throws `JAVA_MISSING` or `DOWNLOAD_FAILED`. */
export async function kafkaProgram(tell: (step: string) => void, signal?: AbortSignal): Promise<KafkaProgram> {
  const java = await findJava(process.env, signal)
  if (typeof java === 'string') throw new LocalStackError('JAVA_MISSING', `Kafka can't start: ${java}; ${javaRemedy}`)
  const jars = await kafkaJars((from) => tell(`downloading Kafka ${kafkaVersion} ${from}, once`), signal)
  return { java, libs: join(jars, 'libs') }
}

/** Where a process writes what it says. */
export function kafkaLogFile({ path }: Pick<KafkaProcess, 'path'>): string {
  return join(path, 'server.log')
}

/** Writes what a process is started with. It may hold passwords. */
export async function writeKafkaProperties({ path }: Pick<KafkaProcess, 'path'>, text: string): Promise<void> {
  await writeFile(join(path, 'server.properties'), text, { mode: 0o600 })
}

/** Makes the data folder of a process ready for its first start. `scramUsers` is what scramCredentials gives. */
export async function formatKafka(
  { program: { java, libs }, path, signal }: KafkaProcess,
  clusterId: string,
  scramUsers: readonly string[] = [],
): Promise<void> {
  const quick = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', `${libs}/*`]
  const format = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', clusterId, '-c', 'server.properties']
  const users = scramUsers.flatMap((user) => ['--add-scram', user])
  await runToSuccess(java.command, [...quick, ...format, ...users], { cwd: path, timeoutMs: 60_000, signal })
}

/** Makes a cluster id that nobody has used. */
export function newClusterId(): string {
  const bytes = randomBytes(16)
  // Cleared, or one id in 64 would begin with `-` and be taken for an option.
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return bytes.toString('base64url')
}

/**
 * Starts a process on its formatted folder; resolves when it serves clients. `onRunning` is told of it before that.
 * Throws what ended it, with its log's telling lines.
 */
export async function runKafka(
  broker: KafkaProcess,
  onRunning: (process: SupervisedProcess) => Promise<void> = async () => {},
): Promise<SupervisedProcess> {
  await using log = await openLog(kafkaLogFile(broker))
  const process = await supervise(broker)
  await onRunning(process)
  try {
    const { startTimeoutMs: timeoutMs = 60_000, signal } = broker
    await waitForLogLine({ server: 'Kafka', process, log, pattern: /Kafka Server started/, timeoutMs, signal })
  } catch (error) {
    await process.kill()
    throw error
  }
  return process
}

function supervise(broker: KafkaProcess): Promise<SupervisedProcess> {
  const { program, path, heapMb = 512, tunedFor, stopTimeoutMs = 8_000, removeAtEnd } = broker
  const logging = fileURLToPath(new URL('./log4j2.properties', import.meta.url))
  const quick = tunedFor === 'throughput' ? [] : ['-XX:TieredStopAtLevel=1']
  const settings = [`-Xmx${heapMb}m`, ...quick, `-Dlog4j2.configurationFile=${logging}`]
  return superviseProcess('Kafka', {
    command: program.java.command,
    args: [...settings, '-cp', `${program.libs}/*`, 'kafka.Kafka', 'server.properties'],
    cwd: path,
    env: {},
    logFile: kafkaLogFile(broker),
    stopTimeoutMs,
    removeAtEnd,
  })
}
