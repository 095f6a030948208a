import { setTimeout as wait } from 'node:timers/promises'
import { isHouseHelperError } from '@house-helper/events-core'
import { CliError } from './errors.ts'
import type { LoggedRun, ReplayClient } from './logger/replay-client.ts'
import { progressLine } from './text/progress-line.ts'
import { progressText } from './text/replay-text.ts'
import type { Session } from './world.ts'

const RECONNECT_MS = 1_000
const ends = new Set(['done', 'cancelled', 'failed'])

/**
 * Shows the progress of a run until it has ended, over restarts of the logger too. Ctrl-C only detaches: the run goes on.
 *
 * @returns the run as it ended, or undefined where the user has detached.
 */
export async function watchRun(
  { world, timeoutMs }: Session,
  client: Pick<ReplayClient, 'watch'>,
  id: string,
  seen: (run: LoggedRun) => void = () => {},
): Promise<LoggedRun | undefined> {
  const detached = new AbortController()
  const stopListening = world.onInterrupt(() => detached.abort())
  const line = progressLine(world)
  let answeredMs = performance.now()
  try {
    for (;;) {
      try {
        for await (const run of client.watch(id, detached.signal)) {
          answeredMs = performance.now()
          line.show(progressText(run))
          seen(run)
          if (ends.has(run.state)) return run
        }
      } catch (error) {
        if (detached.signal.aborted) break
        const isAway = isHouseHelperError(error) && error.canRetry && performance.now() - answeredMs < timeoutMs
        if (!isAway) throw error
      }
      if (detached.signal.aborted) break
      // The logger has ended; the run goes on with another one, or with the next.
      await pause(RECONNECT_MS, detached.signal)
    }
  } finally {
    stopListening()
    line.end()
  }
  world.stderr.write(`Detached. The run goes on: hh-events replay watch ${id}\n`)
  return undefined
}

/** An error where a run ended before all was sent. */
export function checkEnd({ id, state, sent, total, reason }: LoggedRun): void {
  if (state === 'done') return
  const why = reason ? ` (${reason.code}): ${reason.message}` : '.'
  const next = state === 'failed' ? ` Once that is mended: hh-events replay resume ${id}` : ''
  throw new CliError('STOPPED_EARLY', `The run is ${state} after ${sent} of ${total} events${why}${next}`)
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(durationMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
