import { setTimeout as wait } from 'node:timers/promises'
import { endStates, type ReplayRun } from './replay.ts'

/** Gives a run as it is, then whenever that has changed, until it has ended or the signal aborts. */
export async function* watchRun(
  get: () => Promise<ReplayRun | undefined>,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<ReplayRun, void> {
  let last = 0
  while (!signal.aborted) {
    const run = await get()
    if (run === undefined) return
    if (run.updatedAt.getTime() !== last) yield run
    if (endStates.includes(run.state)) return
    last = run.updatedAt.getTime()
    await wait(intervalMs, undefined, { signal, ref: false }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}
