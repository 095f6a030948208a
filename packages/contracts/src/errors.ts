import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code of this package.
 *
 * - `SCHEMA_INEXPRESSIBLE`: a contract's schema has something that JSON Schema cannot say.
 */
export type ContractsErrorCode = 'SCHEMA_INEXPRESSIBLE'

/** An error in what is made of contracts, or in the files that hold it. */
export class ContractsError extends HouseHelperError<ContractsErrorCode> {
  override readonly name = 'ContractsError'
}
