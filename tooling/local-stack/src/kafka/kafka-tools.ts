import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from '../cache.ts'
import { LocalStackError } from '../errors.ts'
import { kafkaJars, kafkaVersion } from './jars.ts'
import { findJava, javaRemedy } from './java.ts'
import { copyFromMaven } from './maven.ts'

/** A Java program and what has to stand before its own arguments. */
export interface JavaProgram {
  readonly command: string
  readonly args: readonly string[]
}

const logging = join(dirname(fileURLToPath(import.meta.url)), 'log4j2.properties')

/**
 * One of the programs that come with Kafka, such as `org.apache.kafka.tools.ProducerPerformance`.
 *
 * @throws LocalStackError `JAVA_MISSING`, `DOWNLOAD_FAILED`.
 */
export async function kafkaTool(mainClass: string): Promise<JavaProgram> {
  return program(mainClass, await kafkaJars(() => {}))
}

/**
 * Kafka Connect by itself, with the MongoDB sink: `ConnectStandalone worker.properties sink.json`. Maven brings it.
 *
 * @throws LocalStackError `JAVA_MISSING`, `COMMAND_FAILED`.
 */
export async function kafkaConnect(): Promise<JavaProgram> {
  const folder = await cached(`kafka-connect-${kafkaVersion}-mongodb`, (into) =>
    copyFromMaven(into, [
      `org.apache.kafka:connect-runtime:${kafkaVersion}`,
      `org.apache.kafka:connect-json:${kafkaVersion}`,
      'org.mongodb.kafka:mongo-kafka-connect:2.0.1',
      'org.mongodb:mongodb-driver-sync:4.11.4',
      'org.apache.avro:avro:1.12.0',
      'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
    ]),
  )
  return program('org.apache.kafka.connect.cli.ConnectStandalone', folder)
}

async function program(mainClass: string, jars: string): Promise<JavaProgram> {
  const java = await findJava()
  if (typeof java === 'string')
    throw new LocalStackError('JAVA_MISSING', `${mainClass} needs Java: ${java}; ${javaRemedy}.`)
  const args = [`-Dlog4j2.configurationFile=${logging}`, '-cp', join(jars, 'libs', '*'), mainClass]
  return { command: java.command, args }
}
