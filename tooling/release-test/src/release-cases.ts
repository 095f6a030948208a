import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runToSuccess } from '@house-helper/local-stack'
import type { Ground } from './ground.ts'
import { makeVersions, publishVersions } from './release.ts'
import { packageFindings } from './tarball.ts'
import { versionsOf, type WorkspacePackage, workspacePackages } from './workspace-packages.ts'

/** A fact about a release that is shown on a ground; `run` rejects where it is none. */
export interface ReleaseCase {
  readonly title: string
  run(ground: Ground): Promise<void>
}

const tasks = '@house-helper/tasks'
const changesetFile = '.changeset/release-test.md'

/** A first release, and then one of tasks: each goes on where the one before it has ended. */
export const releaseCases: readonly ReleaseCase[] = [
  {
    title: 'the first release publishes every package once',
    run: async ({ copy, registry }) => {
      assert.deepEqual(await registry.published(), {})
      await makeVersions(copy)
      const packages = await workspacePackages(copy)
      await publishVersions(copy, registry)
      assert.deepEqual(await registry.published(), versionsOf(packages))
    },
  },
  {
    title: 'every tarball holds what it should and nothing else',
    run: async (ground) => {
      const published = Object.entries(await ground.registry.published())
      assert.notEqual(published.length, 0, 'nothing was published')
      const findings = published.flatMap(([name, versions]) => versions.map((version) => look(ground, name, version)))
      assert.deepEqual((await Promise.all(findings)).flat(), [])
    },
  },
  {
    title: 'a change in tasks gives a version to tasks alone, and publishes tasks alone',
    run: async ({ copy, registry }) => {
      const [packagesBefore, publishedBefore] = [await workspacePackages(copy), await registry.published()]
      await changeTasks({ copy })
      const changed = await makeVersions(copy)
      const packagesAfter = await workspacePackages(copy)
      const version = versionOf(packagesAfter, tasks)
      const isTasks = ({ name }: WorkspacePackage) => name === tasks
      assert.notEqual(version, versionOf(packagesBefore, tasks))
      assert.deepEqual(
        packagesAfter.filter((each) => each.isPublished && !isTasks(each)),
        packagesBefore.filter((each) => each.isPublished && !isTasks(each)),
      )
      assert.deepEqual(pathsOutside(changed, packagesAfter), [changesetFile])
      await copy.run('pnpm', 'contracts', 'generate', '--check')
      await publishVersions(copy, registry)
      assert.deepEqual(await registry.published(), {
        ...publishedBefore,
        [tasks]: [...(publishedBefore[tasks] ?? []), version].sort(),
      })
    },
  },
]

/** The version of `@house-helper/tasks` in the copy. */
export async function tasksVersion({ copy }: Pick<Ground, 'copy'>): Promise<string> {
  return versionOf(await workspacePackages(copy), tasks)
}

async function look(ground: Ground, name: string, version: string): Promise<readonly string[]> {
  const folder = await ground.folder()
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.tgz'), await ground.registry.tarball(name, version))
  await runToSuccess('tar', ['-xzf', 'package.tgz'], { cwd: folder, timeoutMs: 60_000 })
  const findings = await packageFindings(join(folder, 'package'))
  return findings.map((finding) => `${name}@${version}: ${finding}`)
}

/** Adds an optional field to a contract, with its changeset: a compatible change. */
async function changeTasks({ copy }: Pick<Ground, 'copy'>): Promise<void> {
  await copy.rewrite('packages/domains/tasks/src/task-completed.ts', (text) =>
    text
      .replace(/^( *)note: .*$/m, "$&\n$1room: z.string().optional().describe('The room that it was done in'),")
      .replace("version: '1.0'", "version: '1.1'"),
  )
  const changeset = `---\n"${tasks}": minor\n---\n\nA completed task may say in which room it was done.\n`
  await writeFile(join(copy.folder, changesetFile), changeset)
  await copy.commit('Say in which room a task was done')
}

/** What is generated of tasks, and of all domains together: both name its version. */
const pagesOfTasks = /^docs\/contracts\/(tasks\.|schemas\/task\.|README\.md$|asyncapi\.yaml$)/

/** The paths that belong neither to tasks nor to a private package: apps and examples move with what they are built of. */
function pathsOutside(paths: readonly string[], packages: readonly WorkspacePackage[]): readonly string[] {
  const mayMove = packages.filter(({ name, isPublished }) => name === tasks || !isPublished)
  return paths.filter((path) => !pagesOfTasks.test(path) && !mayMove.some(({ folder }) => path.startsWith(folder)))
}

function versionOf(packages: readonly WorkspacePackage[], name: string): string {
  const found = packages.find((each) => each.name === name)
  if (!found) throw new Error(`the workspace has no ${name}`)
  return found.version
}
