import type { ObservedPartition } from './observed-group.ts'

/**
 * Where a group stands with one message of a partition, by what it has committed.
 *
 * - `passed`: done, or nobody there handles it. What became of it, the commit does not say.
 * - `retrying`: tried and failed at least once, by `attempts`; `running` if it was being tried again at the commit.
 * - `waiting`: not known to be done. It may be in hand for the first time, or done since the last commit.
 * - `gone`: retention has deleted it before the group had passed it.
 */
export type Standing =
  | { readonly state: 'passed' | 'waiting' | 'gone' }
  | { readonly state: 'retrying'; readonly attempts: number; readonly running: boolean }

/** Says where a group stands with the message at an offset. */
export function standingOf({ low, committed, progress }: ObservedPartition, offset: number): Standing {
  if (committed !== undefined && offset < committed) return { state: 'passed' }
  if (progress?.done.some(({ from, to }) => from <= offset && offset < to)) return { state: 'passed' }
  if (offset < low) return { state: 'gone' }
  const tried = progress?.tried.find((event) => event.offset === offset)
  if (tried === undefined || (tried.attempts <= 1 && tried.running)) return { state: 'waiting' }
  return { state: 'retrying', attempts: tried.attempts, running: tried.running }
}
