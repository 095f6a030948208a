import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code of this package.
 *
 * - `SCHEMA_INEXPRESSIBLE`: a contract's schema has something that JSON Schema cannot say.
 * - `EXAMPLE_IMPOSSIBLE`: no example can be made for a field; the contract's own example has to have it.
 * - `README_UNMARKED`: a domain's README has no place for its event tables.
 * - `LOCK_UNREADABLE`: a lock file is none, or was edited by hand.
 * - `LOCK_CONFLICT`: a contract differs from what is locked under its version.
 * - `ACKNOWLEDGEMENTS_UNREADABLE`: a file of acknowledgements is none.
 */
export type ContractsErrorCode =
  | 'SCHEMA_INEXPRESSIBLE'
  | 'EXAMPLE_IMPOSSIBLE'
  | 'README_UNMARKED'
  | 'LOCK_UNREADABLE'
  | 'LOCK_CONFLICT'
  | 'ACKNOWLEDGEMENTS_UNREADABLE'

/** An error in what is made of contracts, or in the files that hold it. */
export class ContractsError extends HouseHelperError<ContractsErrorCode> {
  override readonly name = 'ContractsError'
}
