import { checkDomain, type Finding, fixedGroupFindings } from '@house-helper/contracts'
import { readBumps, readChangesetConfig } from './changesets.ts'
import { domainState, loadDomainFolders } from './domain-folder.ts'
import { type Base, findBase } from './git.ts'

/** What a check of a workspace has found. */
export interface CheckResult {
  readonly base: Base
  readonly findings: readonly Finding[]
  /** How many contracts were compared, of how many domains. */
  readonly counts: { readonly domains: number; readonly contracts: number }
}

/** Compares the contracts of a workspace with every locked version of them. */
export async function checkWorkspace(root: string, wantedBase?: string): Promise<CheckResult> {
  const config = readChangesetConfig(root)
  const base = findBase(root, wantedBase, config.baseBranch)
  const [folders, bumps] = await Promise.all([loadDomainFolders(root), readBumps(root)])
  const findings = folders.flatMap((folder) => checkDomain(domainState(root, folder, base, bumps)))
  const names = folders.map(({ packageName }) => packageName)
  return {
    base,
    findings: [...findings, ...fixedGroupFindings(config.fixed, names, bumps)],
    counts: { domains: folders.length, contracts: folders.reduce((sum, { domain }) => sum + domain.events.length, 0) },
  }
}
