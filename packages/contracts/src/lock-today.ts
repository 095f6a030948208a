import type { Domain } from '@house-helper/events-core'
import { ContractsError } from './errors.ts'
import type { ContractLock } from './lock-file.ts'
import { isSamePromise, type LockedVersion, lockedVersion } from './locked-version.ts'

/** A version that was added to a lock. */
export interface AddedVersion {
  readonly type: string
  readonly version: string
  readonly locked: LockedVersion
}

/**
 * Adds to a lock what a domain's contracts have and it lacks: each version that can be read. What is locked stays as it is.
 *
 * @throws ContractsError `LOCK_CONFLICT` when a contract differs from what is locked under its version.
 */
export function lockToday(domain: Domain, lock: ContractLock): { lock: ContractLock; added: readonly AddedVersion[] } {
  const next = new Map([...lock].map(([type, versions]) => [type, new Map(versions)]))
  const added: AddedVersion[] = []
  for (const contract of domain.events.flatMap((event) => event.versions)) {
    const { type, version } = contract
    const locked = lockedVersion(contract)
    const versions = next.get(type) ?? new Map<string, LockedVersion>()
    const known = versions.get(version)
    if (known !== undefined) {
      if (!isSamePromise(known, locked)) throw conflict(type, version)
      continue
    }
    next.set(type, versions.set(version, locked))
    added.push({ type, version, locked })
  }
  return { lock: next, added }
}

function conflict(type: string, version: string): ContractsError {
  const message = `The contract of ${type} is not what was released as ${version}: give it a new version, then lock again.`
  return new ContractsError('LOCK_CONFLICT', message, { details: { type } })
}
