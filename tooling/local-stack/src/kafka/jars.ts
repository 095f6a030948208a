import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from '../cache.ts'
import { runCommand, runToSuccess } from '../command.ts'
import { isLocalStackError, LocalStackError } from '../errors.ts'
import { downloadArchive } from './archive.ts'

/** The Kafka that runs here and in docker-compose.yml. */
export const kafkaVersion = '4.1.1'

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>house-helper</groupId><artifactId>kafka-jars</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.24.3</version></dependency>
  </dependencies>
</project>
`

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
  const project = join(folder, 'maven')
  await mkdir(project)
  await writeFile(join(project, 'pom.xml'), pom)
  const args = ['-q', '-B', '--strict-checksums', 'dependency:copy-dependencies', `-DoutputDirectory=${folder}/libs`]
  await runToSuccess('mvn', args, { cwd: project, timeoutMs: 300_000, signal })
}

async function fromArchive(folder: string, signal?: AbortSignal): Promise<void> {
  await downloadArchive({ version: kafkaVersion, folder, signal })
}
