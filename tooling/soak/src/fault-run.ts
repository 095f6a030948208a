import { untilHandled, untilRecorded } from './drain.ts'
import { soakEvents } from './events.ts'
import { type FaultCounts, injectFaults } from './fault-injector.ts'
import { faultPlan } from './fault-plan.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { countInvariants, type Findings, reportOf } from './invariants.ts'
import { publishAll } from './publishing.ts'
import { atLeast, type Figure, type PartReport, reported } from './soak-case.ts'
import type { SoakStack } from './stack.ts'
import { briefLogger, createStand, type Stand } from './stand.ts'

/** A run under random faults: events are published while connections and processes fail. */
export interface FaultRunOptions {
  readonly stack: SoakStack
  /** What its topics, groups and databases are called. */
  readonly name: string
  /** Faults, their order and whom they meet follow from it, as do the events. */
  readonly seed: number
  readonly events: number
  readonly ratePerSecond: number
  readonly callers: number
  readonly loggers: number
  readonly handlers: number
  /** Faults that have to hit. */
  readonly faults: number
  /** How long faults go on at least, in milliseconds. Default 0. */
  readonly faultsForMs?: number
  /** Between two faults, in milliseconds. */
  readonly pauseMs: number
  readonly maxFreezeMs: number
  readonly maxBlackholeMs: number
  /**
   * `brief`: sessions of 3 s, so that what a killed process held goes on within seconds. `usual`: the event logger's own
   * program and sessions of 10 s.
   */
  readonly sessions: 'brief' | 'usual'
  /** How long loggers and handlers may take for the rest once faults have ended, in milliseconds. */
  readonly drainTimeoutMs: number
  readonly logDir: string
  readonly signal?: AbortSignal
  log(line: string): void
}

// Twelve partitions; the handlers take a tenth of the events, as a service that is about one thing does.
const domains = { tasks: 3, shopping: 3, bills: 3, laundry: 3 } as const
const handledTypes = [...['bill.created', 'bill.updated', 'bill.paid', 'bill.overdue'], 'laundry.dry.complete']

/** Runs, waits until everything is recorded and handled, and counts. */
export async function runUnderFaults(options: FaultRunOptions): Promise<PartReport> {
  const { stack, name, logDir, log, signal, drainTimeoutMs } = options
  await using stand = await createStand({ servers: stack, name, domains, handledTypes, logDir })
  const fleets = startFleets(stand, options)
  try {
    const startMs = performance.now()
    const counts = await publishUnderFaults(stand, fleets, options)
    stack.kafkaProxy.clear()
    stack.mongoProxy.clear()
    const drainMs = performance.now()
    log(`published ${stand.book.events.size} events in ${seconds(drainMs - startMs)} s under ${sum(counts)} faults`)
    const patience = { timeoutMs: drainTimeoutMs, ...(signal && { signal }) }
    await untilRecorded(stand, patience)
    await untilHandled(stand, patience)
    const drainedMs = performance.now()
    const died = fleets.loggers.died + fleets.handlers.died
    await closeFleets(fleets)
    const findings = await countInvariants(stand)
    tellExamples(findings, stand, log)
    const figures = [
      atLeast('faults that hit', sum(counts), options.faults, 'faults'),
      reported('drained after the last fault', seconds(drainedMs - drainMs), 's'),
      reported('events a second', Math.round(options.events / ((drainedMs - startMs) / 1000)), 'events/s'),
      reported('processes that ended by themselves', died, 'processes'),
      ...faultFigures(counts),
    ]
    return reportOf(stand, findings, { faults: sum(counts), figures })
  } finally {
    stack.kafkaProxy.clear()
    stack.mongoProxy.clear()
    await closeFleets(fleets)
  }
}

interface Fleets {
  readonly loggers: Fleet
  readonly handlers: Fleet
}

function startFleets(stand: Stand, { loggers, handlers, sessions, log }: FaultRunOptions): Fleets {
  const isBrief = sessions === 'brief'
  const handlerEnv: Record<string, string> = isBrief ? { SESSION_TIMEOUT_MS: '3000' } : {}
  return {
    loggers: createFleet(loggers, () => (isBrief ? stand.startLogger({}, briefLogger) : stand.startLogger()), log),
    handlers: createFleet(handlers, () => stand.startHandler(handlerEnv), log),
  }
}

async function closeFleets({ loggers, handlers }: Fleets): Promise<void> {
  await Promise.all([loggers.close(), handlers.close()])
}

async function publishUnderFaults(stand: Stand, fleets: Fleets, options: FaultRunOptions): Promise<FaultCounts> {
  const { stack, seed, events: count, callers, ratePerSecond, signal } = options
  const events = soakEvents(seed, { domains: stand.domains })
  const { faults: hits, faultsForMs: forMs = 0, pauseMs } = options
  const proxies = { kafka: stack.kafkaProxy, mongodb: stack.mongoProxy }
  const pace = { hits, forMs, pauseMs, patienceMs: 3_000, ...(signal && { signal }) }
  const [counts] = await Promise.all([
    injectFaults(faultPlan(seed, options), { proxies, fleets }, pace).finally(() => options.log('faults are over')),
    publishAll(stand, { events, count, callers, ratePerSecond, ...(signal && { signal }) }).finally(() =>
      options.log(`published; the slowest publish took ${Math.round(stand.book.slowestMs)} ms`),
    ),
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
