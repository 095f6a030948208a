import { setTimeout as wait } from 'node:timers/promises'
import type { RunLease, Runs, Snapshot, StateChange } from './runs.ts'

/** What a tenure is made with. */
export interface TenureOptions {
  readonly runs: Pick<Runs, 'beat' | 'release'>
  /** How often progress is written down and the lease renewed, in milliseconds. */
  readonly beatMs: number
  /** How long the lease has to hold for certain for something to be sent, in milliseconds. */
  readonly marginMs: number
  readonly snapshot: () => Snapshot
  /** Told of a beat that failed; the next one comes all the same. */
  readonly failed: (error: unknown) => void
}

/**
 * The time for which this logger has a run in hand. It writes progress down and renews the lease with one and the same
 * compare-and-set, so that who does not renew does not send, and who has lost the run learns of it.
 */
export interface Tenure {
  /** Aborts once the run was paused, cancelled or taken by another logger. */
  readonly lost: AbortSignal
  /** Waits until the lease is certain, and progress written down not long ago. Rejects where the signal aborts. */
  admit(signal: AbortSignal): Promise<void>
  /** Writes down at once; resolves once what is true now is written. */
  beat(): Promise<void>
  /** Stops beating, writes down how far it is, and lets go. */
  end(change?: Omit<StateChange, 'from' | 'by'>): Promise<void>
}

/** Progress is written down at least every so many beats, or sending waits: that bounds what has to be read back. */
const MAX_MISSED_BEATS = 4

/** Begins a tenure. */
export function createTenure(taken: RunLease, options: TenureOptions): Tenure {
  const { runs, beatMs, marginMs, snapshot, failed } = options
  const lost = new AbortController()
  const ended = new AbortController()
  let lease = taken
  let beatenMs = performance.now()
  let beating: Promise<void> | undefined
  const write = async (): Promise<void> => {
    const startedMs = performance.now()
    try {
      const renewed = await runs.beat(lease, snapshot())
      if (renewed === undefined) return lost.abort(new Error('The run was paused, ended or taken.'))
      lease = renewed
      beatenMs = startedMs
    } catch (error) {
      failed(error)
    }
  }
  const beat = async (): Promise<void> => {
    // Not the beat under way: what it writes may be older than what the caller wants written.
    await beating
    beating ??= write().finally(() => {
      beating = undefined
    })
    await beating
  }
  const turns = async (): Promise<void> => {
    while (!ended.signal.aborted && !lost.signal.aborted) {
      await pause(beatMs, ended.signal)
      if (!ended.signal.aborted) await beat()
    }
  }
  const turning = turns()
  const isCertain = () => {
    const nowMs = performance.now()
    return nowMs + marginMs < lease.untilMs && nowMs - beatenMs < MAX_MISSED_BEATS * beatMs
  }
  return {
    lost: lost.signal,
    async admit(signal) {
      for (;;) {
        signal.throwIfAborted()
        if (isCertain()) return
        await beat()
        if (!isCertain()) await wait(beatMs, undefined, { signal })
      }
    },
    beat,
    async end(change) {
      ended.abort()
      await turning
      await beating
      await runs.release(lease, snapshot(), change)
    },
  }
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(durationMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
