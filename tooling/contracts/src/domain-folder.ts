import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import {
  acknowledgedFileName,
  type Bumps,
  type ContractLock,
  type DomainState,
  lockFileName,
  parseAcknowledgements,
  parseLock,
} from '@house-helper/contracts'
import { type DomainPackage, loadDomainPackages } from '@house-helper/create-domain'
import { z } from 'zod'
import { type Base, fileAt } from './git.ts'

const manifest = z.object({ name: z.string(), version: z.string() })

/** A domain's folder, with its contracts and its lock. */
export interface DomainFolder extends DomainPackage {
  readonly packageName: string
  readonly version: string
  readonly lock: ContractLock
}

/** Loads every domain of a workspace. */
export async function loadDomainFolders(root: string): Promise<readonly DomainFolder[]> {
  const packages = await loadDomainPackages(root)
  return packages.map((one) => {
    const { name, version } = readManifest(join(one.folder, 'package.json'))
    const lock = readIfThere(join(one.folder, lockFileName), (text, file) => parseLock(text, relative(root, file)))
    return { ...one, packageName: name, version, lock: lock ?? new Map() }
  })
}

/** The versions of a workspace's domain packages, by folder, without loading them. */
export function readManifest(file: string): { readonly name: string; readonly version: string } {
  return manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** What the gate wants to know of a domain: what is in its folder, on the base branch, and in the changesets. */
export function domainState(root: string, folder: DomainFolder, base: Base, bumps: Bumps): DomainState {
  const path = relative(root, folder.folder)
  const baseLock = fileAt(root, base.commit, `${path}/${lockFileName}`)
  const baseManifest = fileAt(root, base.commit, `${path}/package.json`)
  const acknowledged = readIfThere(join(folder.folder, acknowledgedFileName), (text, file) =>
    parseAcknowledgements(text, relative(root, file)),
  )
  return {
    packageName: folder.packageName,
    domain: folder.domain,
    lock: folder.lock,
    baseLock: baseLock === undefined ? undefined : parseLock(baseLock, `${path}/${lockFileName} of ${base.name}`),
    acknowledged: acknowledged ?? [],
    bump: bumps.get(folder.packageName) ?? 'none',
    isVersioned: baseManifest !== undefined && manifest.parse(JSON.parse(baseManifest)).version !== folder.version,
  }
}

function readIfThere<T>(file: string, parse: (text: string, file: string) => T): T | undefined {
  return existsSync(file) ? parse(readFileSync(file, 'utf8'), file) : undefined
}
