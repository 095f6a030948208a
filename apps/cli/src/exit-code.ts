import { isHouseHelperError } from '@house-helper/events-core'
import { CommanderError } from 'commander'

/**
 * How a command ends: `unreachable` may pass by itself, the others need a change. `differences` says that what was
 * compared is not as wanted.
 */
export const exitCodes = { ok: 0, failure: 1, usage: 2, differences: 3, unreachable: 6 } as const

/** An exit code of this program. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const usage = new Set(['USAGE', 'SETTINGS_INVALID', 'GROUP_ID_INVALID'])
const unreachable = new Set(['TIMED_OUT', 'LOGGER_UNREACHABLE', 'UNREACHABLE', 'TIMEOUT'])

/** The exit code for what a command threw; where its own code does not tell, its cause does. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (!isHouseHelperError(error)) return exitCodes.failure
  if (usage.has(error.code)) return exitCodes.usage
  if (unreachable.has(error.code)) return exitCodes.unreachable
  if (isHouseHelperError(error.cause)) return exitCodeOf(error.cause)
  // Nothing that answered said why: nothing answered.
  return error.code === 'DELIVERY_TIMEOUT' ? exitCodes.unreachable : exitCodes.failure
}
