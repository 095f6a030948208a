import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runToSuccess } from '../command.ts'

/** Copies artifacts of Maven Central, named `group:artifact:version`, and what they need into `folder/libs`. */
export async function copyFromMaven(folder: string, artifacts: readonly string[], signal?: AbortSignal): Promise<void> {
  const project = join(folder, 'maven')
  await mkdir(project)
  await writeFile(join(project, 'pom.xml'), pomOf(artifacts))
  const args = ['-q', '-B', '--strict-checksums', 'dependency:copy-dependencies', `-DoutputDirectory=${folder}/libs`]
  await runToSuccess('mvn', args, { cwd: project, timeoutMs: 300_000, signal })
}

function pomOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`
  })
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>house-helper</groupId><artifactId>kafka-jars</artifactId><version>1</version>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`
}
