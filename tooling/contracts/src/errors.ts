import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code that this tool fails with.
 *
 * - `USAGE`: the command line is wrong.
 * - `GIT_FAILED`: git has not what it is asked for.
 */
export type ContractsToolErrorCode = 'USAGE' | 'GIT_FAILED'

/** A command that cannot be run as asked for. */
export class ContractsToolError extends HouseHelperError<ContractsToolErrorCode> {
  override readonly name = 'ContractsToolError'
}
