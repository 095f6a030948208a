import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readChangesets } from '@changesets/read'
import { type Bump, type Bumps, isAtLeast } from '@house-helper/contracts'
import { z } from 'zod'

const config = z.object({ baseBranch: z.string().default('main'), fixed: z.array(z.array(z.string())).default([]) })

/** What of the changesets' settings the gate needs. */
export interface ChangesetConfig {
  readonly baseBranch: string
  /** Every package of a fixed group. */
  readonly fixed: readonly string[]
}

/** Reads `.changeset/config.json`. */
export function readChangesetConfig(root: string): ChangesetConfig {
  const { baseBranch, fixed } = config.parse(JSON.parse(readFileSync(join(root, '.changeset/config.json'), 'utf8')))
  return { baseBranch, fixed: fixed.flat() }
}

/** What the changesets ask for, for each package that they name: the most of several. */
export async function readBumps(root: string): Promise<Bumps> {
  const bumps = new Map<string, Bump>()
  for (const { name, type } of (await readChangesets(root)).flatMap(({ releases }) => releases)) {
    const known = bumps.get(name)
    if (known === undefined || !isAtLeast(known, type)) bumps.set(name, type)
  }
  return bumps
}
