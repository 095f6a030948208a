import type { Domain } from '@house-helper/events-core'
import type { ContractLock } from '../lock-file.ts'
import type { Acknowledgement } from './acknowledgement.ts'
import type { Bump } from './finding.ts'

/** A domain as the gate sees it: its contracts, what is locked, and how it is to be released. */
export interface DomainState {
  /** `@house-helper/tasks`. */
  readonly packageName: string
  readonly domain: Domain
  readonly lock: ContractLock
  /** The lock on the base branch; undefined where there was none. */
  readonly baseLock: ContractLock | undefined
  readonly acknowledged: readonly Acknowledgement[]
  /** What the changesets ask for. */
  readonly bump: Bump
  /** Whether the package has another version than on the base branch: `changeset version` has run. */
  readonly isVersioned: boolean
}
