import { setTimeout as sleep } from 'node:timers/promises'

/** A task that runs again and again until it is closed. */
export interface Repetition {
  /** Stops repeating, tells a run in progress to stop, and waits for it. */
  close(): Promise<void>
}

/** What {@link repeat} takes. */
export interface RepetitionOptions {
  /** From the end of one run to the start of the next. */
  readonly intervalMs: number
  /** The signal is aborted by `close`. */
  run(signal: AbortSignal): Promise<void>
  /** Told of a run that failed; the next one comes all the same. */
  failed(error: unknown): void
}

/** Runs a task now and then at an interval; runs never overlap. The timer alone keeps no process alive. */
export function repeat({ intervalMs, run, failed }: RepetitionOptions): Repetition {
  const closing = new AbortController()
  const { signal } = closing
  const running = (async () => {
    while (!signal.aborted) {
      try {
        await run(signal)
      } catch (error) {
        if (!signal.aborted) failed(error)
      }
      await pause(intervalMs, signal)
    }
  })()
  return {
    close: () => {
      closing.abort()
      return running
    },
  }
}

/** Waits, and less where the signal is aborted. Never rejects. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(durationMs, undefined, { signal, ref: false })
  } catch (error) {
    // The signal is the only thing that ends a sleep early; whoever waits looks at it next.
    if (!signal.aborted) throw error
  }
}
