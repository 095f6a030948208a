import { isHouseHelperError } from '@house-helper/events-core'
import { CommanderError } from 'commander'

/** How a command ends: `unreachable` may pass by itself, the others need a change. */
export const exitCodes = { ok: 0, failure: 1, usage: 2, unreachable: 6 } as const

/** An exit code of this program. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const usage = new Set(['USAGE', 'SETTINGS_INVALID', 'GROUP_ID_INVALID'])
const unreachable = new Set(['TIMED_OUT', 'LOGGER_UNREACHABLE', 'UNREACHABLE', 'TIMEOUT'])

/** The exit code for what a command threw; an error's cause decides where its own code says nothing of reachability. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  for (let at: unknown = error, depth = 0; isHouseHelperError(at) && depth < 8; at = at.cause, depth++) {
    if (usage.has(at.code)) return exitCodes.usage
    if (unreachable.has(at.code)) return exitCodes.unreachable
  }
  return exitCodes.failure
}
