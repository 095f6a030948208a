import { setTimeout as sleep } from 'node:timers/promises'

/** A task that runs again and again until it is closed. */
export interface Repetition {
  /** Stops repeating. A run in progress is left to itself; how it ends interests nobody any more. */
  close(): void
}

/** What {@link repeat} takes. */
export interface RepetitionOptions {
  /** From the end of one run to the start of the next. */
  readonly intervalMs: number
  run(): Promise<void>
  /** Told of a run that failed; the next one comes all the same. */
  failed(error: unknown): void
}

/** Runs a task now and then at an interval; runs never overlap. The timer alone keeps no process alive. */
export function repeat({ intervalMs, run, failed }: RepetitionOptions): Repetition {
  const closing = new AbortController()
  const { signal } = closing
  const turn = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await run()
      } catch (error) {
        if (!signal.aborted) failed(error)
      }
      await pause(intervalMs, signal)
    }
  }
  void turn()
  return { close: () => closing.abort() }
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
