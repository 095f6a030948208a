import { InvalidArgumentError } from 'commander'
import { CliError } from './errors.ts'

/** How long a command waits where `--timeout` says nothing. */
export const DEFAULT_TIMEOUT_MS = 10_000

/** What a waiter needs to stop on time. */
export interface Allowance {
  /** Milliseconds, at least 1. */
  readonly timeoutMs: number
  /** Aborts when the deadline passes. */
  readonly signal: AbortSignal
}

const unitMs = { ms: 1, s: 1_000, m: 60_000 } as const
// Longer than this, setTimeout fires at once.
const LONGEST_MS = 2 ** 31 - 1

/** Reads `500ms`, `10s` or `2m` as milliseconds; throws commander's argument error for anything else. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text)
  const ms = match ? Math.round(Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]) : 0
  if (ms < 1 || ms > LONGEST_MS) throw new InvalidArgumentError('Write a duration with its unit: 500ms, 10s or 2m.')
  return ms
}

/**
 * Runs something that has to be done within a time.
 *
 * @param what what is waited for, as the start of a sentence: `Creating the topics`.
 * @throws CliError `TIMED_OUT` when the time is over; what runs is told by the signal and otherwise left alone.
 */
export async function within<Result>(
  timeoutMs: number,
  what: string,
  run: (allowance: Allowance) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new CliError(
        'TIMED_OUT',
        `${what} took longer than ${durationText(timeoutMs)}. Run hh-events doctor to see what does not answer, or give --timeout more time.`,
        { canRetry: true },
      )
      // The deadline's own error comes before whatever the abort makes the waiter throw.
      reject(error)
      controller.abort(error)
    }, timeoutMs)
  })
  try {
    return await Promise.race([run({ timeoutMs, signal: controller.signal }), deadline])
  } finally {
    clearTimeout(timer)
  }
}

function durationText(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`
}
