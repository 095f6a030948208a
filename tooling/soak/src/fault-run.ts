import { untilHandled, untilRecorded } from './drain.ts'
import { soakEvents } from './events.ts'
import { type FaultCounts, injectFaults } from './fault-injector.ts'
import { faultPlan } from './fault-plan.ts'
import type { FaultStand } from './fault-stand.ts'
import { countInvariants, type Findings, reportOf } from './invariants.ts'
import { publishAll } from './publishing.ts'
import { atLeast, type Figure, type PartReport, reported } from './soak-case.ts'
import type { Stand } from './stand.ts'

/** A run under random faults: events are published while connections and processes fail. */
export interface FaultRunOptions {
  /** Faults, their order and whom they meet follow from it, as do the events. */
  readonly seed: number
  readonly events: number
  readonly ratePerSecond: number
  readonly callers: number
  /** Faults that have to hit. */
  readonly faults: number
  /** How long faults go on at least, in milliseconds. Default 0. */
  readonly faultsForMs?: number
  /** Between two faults, in milliseconds. */
  readonly pauseMs: number
  readonly maxFreezeMs: number
  readonly maxBlackholeMs: number
  /** How long loggers and handlers may take for the rest once faults have ended, in milliseconds. */
  readonly drainTimeoutMs: number
  readonly signal?: AbortSignal
  log(line: string): void
}

/**
 * Runs on a stand, waits until everything is recorded and handled, and counts. A stand may have had runs before: then
 * their events are counted again, so that nothing that happens to them later is missed.
 */
export async function runUnderFaults(faultStand: FaultStand, options: FaultRunOptions): Promise<PartReport> {
  const { stand, stack, loggers, handlers } = faultStand
  const { log, signal, drainTimeoutMs } = options
  const before = { events: stand.book.events.size, died: loggers.died + handlers.died }
  const startMs = performance.now()
  const counts = await publishUnderFaults(faultStand, options)
  stack.kafkaProxy.clear()
  stack.mongoProxy.clear()
  const drainMs = performance.now()
  const events = stand.book.events.size - before.events
  log(`published ${events} events in ${seconds(drainMs - startMs)} s under ${sum(counts)} faults`)
  const patience = { timeoutMs: drainTimeoutMs, ...(signal && { signal }) }
  await untilRecorded(stand, patience)
  await untilHandled(stand, patience)
  const drainedMs = performance.now()
  const findings = await countInvariants(stand)
  tellExamples(findings, stand, log)
  const figures = [
    atLeast('faults that hit', sum(counts), options.faults, 'faults'),
    reported('drained after the last fault', seconds(drainedMs - drainMs), 's'),
    reported('events a second', Math.round(events / ((drainedMs - startMs) / 1000)), 'events/s'),
    reported('processes that ended by themselves', loggers.died + handlers.died - before.died, 'processes'),
    ...faultFigures(counts),
  ]
  return { ...reportOf(stand, findings, { faults: sum(counts), figures }), events }
}

async function publishUnderFaults(
  { stack, stand, loggers, handlers }: FaultStand,
  options: FaultRunOptions,
): Promise<FaultCounts> {
  const { seed, events: count, callers, ratePerSecond, signal, log } = options
  const { faults: hits, faultsForMs: forMs = 0, pauseMs, maxFreezeMs, maxBlackholeMs } = options
  const events = soakEvents(seed, { domains: stand.domains })
  const places = { loggers: loggers.members.length, handlers: handlers.members.length }
  const plan = faultPlan(seed, { ...places, maxFreezeMs, maxBlackholeMs })
  const targets = {
    proxies: { kafka: stack.kafkaProxy, mongodb: stack.mongoProxy },
    fleets: { loggers, handlers },
  }
  const pace = { hits, forMs, pauseMs, patienceMs: 3_000, ...(signal && { signal }) }
  const [counts] = await Promise.all([
    injectFaults(plan, targets, pace).finally(() => log('faults are over')),
    publishAll(stand, { events, count, callers, ratePerSecond, ...(signal && { signal }) }),
  ])
  return counts
}

function tellExamples({ examples }: Findings, { book, name }: Stand, log: (line: string) => void): void {
  for (const example of examples) log(`${name}: ${example}`)
  if (book.rejected > 0) log(`${name}: the last rejected publish said: ${String(book.lastError)}`)
}

function faultFigures(counts: FaultCounts): Figure[] {
  return [...counts].sort().map(([name, count]) => reported(name, count, 'faults'))
}

function sum(counts: FaultCounts): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10
}
