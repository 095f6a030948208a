import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Registry } from './registry.ts'
import type { RepositoryCopy } from './repository-copy.ts'

const step = z.looseObject({
  uses: z.string().optional(),
  with: z.looseObject({ script: z.string().optional() }).optional(),
})
const workflow = z.object({ jobs: z.record(z.string(), z.object({ steps: z.array(step) })) })
const workflowFile = '.github/workflows/release.yml'

/**
 * Runs what the release workflow runs when a version pull request is opened; returns the paths that changed. Without a
 * changeset it runs nothing, as the workflow: the versions were made already.
 */
export async function makeVersions(copy: RepositoryCopy): Promise<readonly string[]> {
  const files = await readdir(join(copy.folder, '.changeset'))
  if (!files.some((file) => file.endsWith('.md') && file !== 'README.md')) return []
  await copy.run('sh', '-c', await workflowScript(copy, 'changesets/action/version'))
  return copy.commit('Version packages')
}

/** Runs what the release workflow runs when that pull request was merged, against this registry. */
export async function publishVersions(copy: RepositoryCopy, registry: Registry): Promise<void> {
  await copy.runAt(registry, 'sh', '-c', await workflowScript(copy, 'changesets/action/publish'))
}

/** From the workflow itself: what is tested is what it runs. */
async function workflowScript(copy: RepositoryCopy, action: string): Promise<string> {
  const { jobs } = workflow.parse(parse(await readFile(join(copy.folder, workflowFile), 'utf8')))
  const steps = Object.values(jobs).flatMap((job) => job.steps)
  const script = steps.find(({ uses }) => uses?.startsWith(`${action}@`))?.with?.script
  if (script === undefined) throw new Error(`${workflowFile} has no step that gives ${action} a script`)
  return script
}
