import { join } from 'node:path'
import { runCommand } from '../command.ts'
import { isLocalStackError } from '../errors.ts'

/** A Java that can run Kafka 4. */
export interface Java {
  command: string
  version: number
}

/** What Kafka 4 asks for. */
const oldestJava = 17

/** How to get a Java, for messages. */
export const javaRemedy =
  `install Java ${oldestJava} or newer (apt-get install openjdk-17-jre-headless, brew install openjdk), ` +
  'start Docker, or name your brokers in KAFKA_BROKERS'

/** Looks for Java in JAVA_HOME, then on the PATH; a string says why there is none. */
export async function findJava(env: NodeJS.ProcessEnv = process.env, signal?: AbortSignal): Promise<Java | string> {
  const commands = [...(env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin', 'java')] : []), 'java']
  let why = 'no Java on the PATH'
  for (const command of commands) {
    const version = await javaVersion(command, env, signal)
    if (version !== undefined && version >= oldestJava) return { command, version }
    if (version !== undefined) why = `${command} is Java ${version}, Kafka needs ${oldestJava}`
  }
  return why
}

async function javaVersion(command: string, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<number | undefined> {
  try {
    const { code, stderr } = await runCommand(command, ['-version'], { timeoutMs: 10_000, env, signal })
    return code === 0 ? parseJavaVersion(stderr) : undefined
  } catch (error) {
    if (isLocalStackError(error)) return undefined
    throw error
  }
}

/** Reads the major version from what `java -version` prints: 17 of `"17.0.15"`, 8 of `"1.8.0_452"`. */
export function parseJavaVersion(text: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(text)
  return match ? Number(match[1]) : undefined
}
