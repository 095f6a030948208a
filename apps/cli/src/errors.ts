import { type ErrorFields, HouseHelperError } from '@house-helper/events-core'

/**
 * Every code of the command line itself; what other packages throw keeps its own code.
 *
 * - `USAGE`: an argument, an option or the data given cannot be used.
 * - `SETTINGS_INVALID`: an environment variable cannot be used.
 * - `TIMED_OUT`: `--timeout` passed before the answer came.
 * - `LOGGER_UNREACHABLE`: nothing answers at EVENT_LOGGER_URL.
 * - `LOGGER_REFUSED`: the event logger answered with an error.
 * - `STOPPED_EARLY`: a redrive or discard ended before all was done; the message says how far it came, and why.
 * - `EXPORT_CUT`: an export ended before its trailer, or the trailer counts other lines; what was written is not complete.
 * - `ANSWER_CUT`: a verification, backfill or preview of retention ended before its summary.
 * - `LOGGER_ANSWER_INVALID`: what answered is not the event logger's API, or not of this version.
 */
export type CliErrorCode =
  | 'USAGE'
  | 'SETTINGS_INVALID'
  | 'TIMED_OUT'
  | 'LOGGER_UNREACHABLE'
  | 'LOGGER_REFUSED'
  | 'LOGGER_ANSWER_INVALID'
  | 'STOPPED_EARLY'
  | 'EXPORT_CUT'
  | 'ANSWER_CUT'

/** An expected failure of a command: its message is all that the user sees of it. */
export class CliError extends HouseHelperError<CliErrorCode> {
  override readonly name = 'CliError'

  constructor(code: CliErrorCode, message: string, fields: ErrorFields = {}) {
    super(code, message, fields)
  }
}
