import { cached } from '../cache.ts'
import { runCommand } from '../command.ts'
import { isLocalStackError, LocalStackError } from '../errors.ts'
import { downloadArchive } from './archive.ts'
import { copyFromMaven } from './maven.ts'

/** The Kafka that runs here and in docker-compose.yml. */
export const kafkaVersion = '4.1.1'

const artifacts = [
  `org.apache.kafka:kafka_2.13:${kafkaVersion}`,
  `org.apache.kafka:kafka-tools:${kafkaVersion}`,
  'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
]

/**
 * The folder with Kafka's jars, from the cache, else by Maven, else from the Apache archive.
 * Both are checked against the checksums that their registry publishes. Throws `DOWNLOAD_FAILED` with what was tried.
 */
export function kafkaJars(onDownload: (from: string) => void, signal?: AbortSignal): Promise<string> {
  return cached(`kafka-${kafkaVersion}`, async (folder) => {
    const failures: unknown[] = []
    const sources = (await hasMaven(signal)) ? [byMaven, fromArchive] : [fromArchive]
    for (const source of sources) {
      onDownload(source === byMaven ? 'with Maven' : 'from the Apache archive')
      try {
        return await source(folder, signal)
      } catch (error) {
        signal?.throwIfAborted()
        failures.push(error)
      }
    }
    throw new LocalStackError(
      'DOWNLOAD_FAILED',
      `Kafka ${kafkaVersion} can't be downloaded; check the network, or name your brokers in KAFKA_BROKERS:\n${failures
        .map((failure) => (failure instanceof Error ? failure.message : String(failure)))
        .join('\n')}`,
      { cause: new AggregateError(failures) },
    )
  })
}

async function hasMaven(signal?: AbortSignal): Promise<boolean> {
  try {
    return (await runCommand('mvn', ['--version'], { timeoutMs: 20_000, signal })).code === 0
  } catch (error) {
    if (isLocalStackError(error)) return false
    throw error
  }
}

async function byMaven(folder: string, signal?: AbortSignal): Promise<void> {
  await copyFromMaven(folder, artifacts, signal)
}

async function fromArchive(folder: string, signal?: AbortSignal): Promise<void> {
  await downloadArchive({ version: kafkaVersion, folder, signal })
}
