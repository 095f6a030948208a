import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code that this tool fails with.
 *
 * - `USAGE`: the command line is wrong.
 */
export type ContractsToolErrorCode = 'USAGE'

/** A command that cannot be run as asked for. */
export class ContractsToolError extends HouseHelperError<ContractsToolErrorCode> {
  override readonly name = 'ContractsToolError'
}
