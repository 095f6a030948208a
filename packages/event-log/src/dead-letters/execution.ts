import { setTimeout as wait } from 'node:timers/promises'
import type { Collection } from 'mongodb'
import { storeError } from '../mongo-errors.ts'
import { described } from '../recorder/recorder-listeners.ts'
import type { CheckedCommand, CommandResult } from './command.ts'
import type { DeadLetterDocument } from './document.ts'
import { type Candidate, type Selection, selection } from './selection.ts'

/** What one step of a command did. */
export interface StepResult {
  readonly changed: number
  readonly skipped: CommandResult['skipped']
  /** Why the command cannot go on. */
  readonly error?: unknown
}

/** What carrying a command out takes. */
export interface Execution {
  readonly collection: Collection<DeadLetterDocument>
  readonly redrive: boolean
  readonly maxTimeMs: number
  /** How long one call works, in milliseconds. */
  readonly workMs: number
  /** Ends the work between two steps. */
  readonly signal: AbortSignal
  /** How many dead letters one step takes at most, and how many of them a second. */
  readonly pace: { readonly step: number; readonly perSecond: number }
  step(candidates: readonly Candidate[]): Promise<StepResult>
}

/** Carries a command out step by step, until all is done, its limit or the time for one call is reached, or a step fails. */
export async function execute(command: CheckedCommand, execution: Execution): Promise<CommandResult> {
  try {
    const { collection, redrive, maxTimeMs } = execution
    const selected = selection(collection, command, { redrive, maxTimeMs })
    const [matched, skipped] = [await selected.count(), await selected.skipped()]
    if (command.dryRun) {
      return { matched, changed: 0, skipped, sample: await selected.sample(), problem: undefined, next: undefined }
    }
    const done = await work(selected, command.limit, execution)
    return { matched, sample: [], ...done, skipped: [...skipped, ...done.skipped] }
  } catch (error) {
    throw storeError(error, 'changing dead letters')
  }
}

async function work(
  selected: Selection,
  limit: number,
  { workMs, signal, pace, step }: Execution,
): Promise<Pick<CommandResult, 'changed' | 'skipped' | 'problem' | 'next'>> {
  const endMs = performance.now() + workMs
  const skipped: CommandResult['skipped'][number][] = []
  let changed = 0
  while (changed < limit && performance.now() < endMs && !signal.aborted) {
    const startedMs = performance.now()
    const candidates = await selected.take(Math.min(pace.step, limit - changed))
    if (candidates.length === 0) break
    const result = await step(candidates)
    changed += result.changed
    skipped.push(...result.skipped)
    // No cursor: what failed is to be come to again.
    if (result.error !== undefined) return { changed, skipped, problem: described(result.error), next: undefined }
    // Also after the last one, so that calls one after the other keep to the rate.
    const dueMs = startedMs + (1000 * result.changed) / pace.perSecond
    await wait(Math.max(0, dueMs - performance.now()))
  }
  const problem =
    signal.aborted && changed < limit ? { code: 'LOG_CLOSED', message: 'The log is being closed.' } : undefined
  return { changed, skipped, problem, next: selected.next() }
}
