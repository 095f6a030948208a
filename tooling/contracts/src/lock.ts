import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type AddedVersion, fixtureEnvelope, formatLock, lockFileName, lockToday } from '@house-helper/contracts'
import { type DomainFolder, loadDomainFolders } from './domain-folder.ts'

/** What a domain's lock is to become. */
interface LockPlan {
  readonly folder: DomainFolder
  readonly text: string
  readonly added: readonly AddedVersion[]
}

/**
 * Says what locking would add to the domains of a workspace, those that are wanted.
 *
 * @throws ContractsError `LOCK_CONFLICT` when a contract differs from what is locked under its version.
 */
export async function planLocks(
  root: string,
  isWanted: (folder: DomainFolder) => boolean,
): Promise<readonly LockPlan[]> {
  const folders = (await loadDomainFolders(root)).filter(isWanted)
  const plans = folders.map((folder): LockPlan => {
    const { lock, added } = lockToday(folder.domain, folder.lock)
    return { folder, text: formatLock(lock), added }
  })
  return plans.filter(({ added }) => added.length > 0)
}

/** Writes the locks and a fixture for each version that they get; gives what was written, from the root. */
export function writeLocks(root: string, plans: readonly LockPlan[]): readonly string[] {
  return plans.flatMap(({ folder, text, added }) => {
    const file = join(folder.folder, lockFileName)
    writeFileSync(file, text)
    return [file, ...added.flatMap((version) => writeFixture(folder.folder, version))].map((path) =>
      relative(root, path),
    )
  })
}

/** Writes the message of a locked version, once: it is what later code has to read. */
function writeFixture(folder: string, { type, version, locked }: AddedVersion): string[] {
  const file = join(folder, 'fixtures', `${type}@${version}.json`)
  if (existsSync(file)) return []
  mkdirSync(join(folder, 'fixtures'), { recursive: true })
  const envelope = fixtureEnvelope(type, { version, ...locked })
  writeFileSync(file, `${JSON.stringify(envelope, undefined, 2)}\n`)
  return [file]
}
