import { HouseHelperError } from '@house-helper/events-core'

/**
 * Every code that this tool fails with.
 *
 * - `USAGE`: the command line is wrong.
 * - `NAME_INVALID`: the name or the event type cannot be one.
 * - `ALREADY_EXISTS`: there is such a package or event type.
 */
export type CreateDomainErrorCode = 'USAGE' | 'NAME_INVALID' | 'ALREADY_EXISTS'

/** A domain that cannot be made as asked for. */
export class CreateDomainError extends HouseHelperError<CreateDomainErrorCode> {
  override readonly name = 'CreateDomainError'
}
