import { type Clock, type Logger, readEvent } from '@house-helper/events-core'
import type { Deadlines } from '../attempt/deadlines.ts'
import type { Once } from '../once.ts'
import type { KeyLane } from '../scheduling/key-lane.ts'
import type { RunningBatch } from '../scheduling/partition-window.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import type { Statistics } from '../statistics.ts'
import { BatchAttempt } from './batch-attempt.ts'
import { runBatch, type Verdicts } from './batch-run.ts'

/** What batches need. */
export interface BatchNeeds {
  readonly clock: Clock
  readonly deadlines: Deadlines
  readonly statistics: Statistics
  readonly logger: Logger
  readonly once: Once | undefined
}

/**
 * A batch is what one run of a batch handler handles: events of one type and partition, some of them the current ones of
 * their lanes, which join, others behind them in the same lanes, which are taken along and stay there until those ahead
 * of them are dealt with.
 */
export class Batch implements RunningBatch {
  readonly waiting: KeyLane[] = []
  readonly #needs: BatchNeeds
  readonly #members: PendingEvent[] = []
  readonly #end = Promise.withResolvers<void>()

  constructor(needs: BatchNeeds) {
    this.#needs = needs
  }

  get leader(): PendingEvent | undefined {
    return this.#members[0]
  }

  get size(): number {
    return this.#members.length
  }

  /** Takes in the current event of a lane; settles with what became of it. */
  join(event: PendingEvent): Promise<void> {
    this.#add(event)
    return this.#end.promise.then(() => takeVerdict(event))
  }

  /** Takes along what is next in the lane of one that has joined, as long as it fits. */
  takeBehind(lane: KeyLane, maxEvents: number): void {
    const { current } = lane
    if (current?.batched !== true) return
    for (let event = lane.first; event !== undefined && this.size < maxEvents; event = event.behind) {
      if (event.window !== current.window || event.route !== current.route) return
      if (!isFirstTry(event) || !isFit(event, this.#needs.clock.now())) return
      this.#add(event)
    }
  }

  /** Calls the handler; resolves once every event has its verdict. */
  async run(): Promise<void> {
    const { deadlines, statistics, logger, once } = this.#needs
    const { leader } = this
    if (leader === undefined) return
    const members = this.#members.toSorted((a, b) => a.offset - b.offset)
    const attempt = new BatchAttempt(leader, logger, performance.now())
    for (const member of members) member.attempt = attempt
    deadlines.watch(attempt)
    const verdicts = await runBatch(attempt, members, once)
    deadlines.ended(attempt)
    statistics.measure(performance.now() - attempt.startedMs)
    for (const member of members) this.#settle(member, verdicts, attempt.interrupted)
    this.#end.resolve()
  }

  #add(event: PendingEvent): void {
    event.batched = true
    this.#members.push(event)
  }

  #settle(member: PendingEvent, verdicts: Verdicts, interrupted: boolean): void {
    member.attempt = undefined
    member.batched = false
    if (!verdicts.has(member)) {
      // It comes again, and its data may have been changed.
      member.refresh()
      return
    }
    const failure = verdicts.get(member)
    member.verdict = { failure }
    if (failure !== undefined && !interrupted) this.#needs.statistics.failed += 1
  }
}

/** Deals with what became of an event in a batch: nothing where it is done. */
export function takeVerdict(event: PendingEvent): void {
  const { verdict } = event
  event.verdict = undefined
  if (verdict?.failure !== undefined) throw verdict.failure
}

/** Whether an event may share a batch: it has not failed before, nor is it known to be what killed a process. */
export function isFirstTry({ attempts, suspect, dropped, window, note }: PendingEvent): boolean {
  return attempts === 0 && note?.kind !== 'retry' && !suspect && !dropped && !window.guarded && !window.serial
}

/** Whether an event could be handled now, and has its data then. The current one of a lane need not be asked: its middleware sees to it. */
function isFit(event: PendingEvent, nowMs: number): boolean {
  const { envelope, route, note } = event
  if (note?.notBeforeMs !== undefined && note.notBeforeMs > nowMs) return false
  const reading = readEvent(envelope, route.contract)
  if (reading.contract !== 'ok') return false
  event.data = reading.data
  return true
}
