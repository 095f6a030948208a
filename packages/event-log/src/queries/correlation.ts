import { z } from 'zod'
import { type Coverage, coverageOf, readRecorded } from '../coverage.ts'
import type { LogParts } from '../log-parts.ts'
import { readDocuments } from '../pages.ts'
import { byTime, type EventSummary, eventSummary, summaryProjection } from './event-summary.ts'
import { checkId, checkQuery } from './query.ts'

/** What {@link EventLog.correlation} takes. */
export interface CorrelationQuery {
  /** Events at most, 1 to 5,000. Default 1,000. */
  readonly limit?: number | undefined
}

/** An event of a correlation, with its place among the others. */
export interface CorrelatedEvent {
  readonly event: EventSummary
  /** How many causes it has within the correlation. */
  readonly depth: number
}

/** All events that belong together, by their correlation id. */
export interface Correlation {
  readonly correlationId: string
  /** Causes before their effects, else in the order of time. Empty where the id is unknown. */
  readonly events: readonly CorrelatedEvent[]
  /** Ids of causes that they name and that are not recorded, or not yet. */
  readonly missingCauses: readonly string[]
  /** A sentence that says that there are more, and how to get them; undefined where all are there. */
  readonly cut: string | undefined
  readonly coverage: Coverage
}

const querySchema = z.strictObject({ limit: z.number().int().min(1).max(5_000).default(1_000) })

/** Reads the events of a correlation id. */
export async function correlationOf(id: string, query: CorrelationQuery, parts: LogParts): Promise<Correlation> {
  const { limit } = checkQuery(querySchema, query)
  const correlationId = checkId(id)
  const { collections, maxTimeMs } = parts
  const recorded = await readRecorded(collections, maxTimeMs)
  const options = { maxTimeMS: maxTimeMs, projection: summaryProjection, hint: 'by_correlation' }
  const found = collections.records
    .find({ correlationId: { $eq: correlationId } }, options)
    .sort({ time: 1, _id: 1 })
    .limit(limit + 1)
  const all = (await readDocuments(found)).map(eventSummary)
  const events = all.slice(0, limit)
  const isCut = all.length > limit
  return {
    correlationId,
    events: inCausalOrder(events),
    missingCauses: await missingOf(events, parts),
    cut: isCut
      ? `The first ${limit} events are given, and there are more: list them page by page with correlation:${correlationId}.`
      : undefined,
    coverage: coverageOf(recorded, parts.ends()),
  }
}

async function missingOf(events: readonly EventSummary[], { collections, maxTimeMs }: LogParts): Promise<string[]> {
  const here = new Set(events.map(({ id }) => id))
  const named = new Set(events.flatMap(({ causationId }) => causationId ?? []).filter((id) => !here.has(id)))
  if (named.size === 0) return []
  const options = { maxTimeMS: maxTimeMs, projection: { _id: 1 } }
  for (const { _id } of await readDocuments(collections.records.find({ _id: { $in: [...named] } }, options))) {
    named.delete(String(_id))
  }
  return [...named].sort()
}

/** Puts causes before their effects and keeps the order of time otherwise: clocks of services differ. */
function inCausalOrder(events: readonly EventSummary[]): readonly CorrelatedEvent[] {
  const ids = new Set(events.map(({ id }) => id))
  const effects = Map.groupBy(events, ({ causationId }) => (ids.has(causationId ?? '') ? causationId : undefined))
  const ordered: CorrelatedEvent[] = []
  const given = new Set<EventSummary>()
  const follow = (roots: readonly EventSummary[]) => {
    const ready = roots.map((event) => ({ event, depth: 0 })).sort((a, b) => byTime(b.event, a.event))
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      if (given.has(next.event)) continue
      given.add(next.event)
      ordered.push(next)
      const depth = next.depth + 1
      for (const event of effects.get(next.event.id) ?? []) insert(ready, { event, depth })
    }
  }
  follow(effects.get(undefined) ?? [])
  // Events that cause one another have no first one: the earliest is taken for it.
  for (const event of [...events].sort(byTime)) if (!given.has(event)) follow([event])
  return ordered
}

/** Inserts into a row whose end is its earliest event. */
function insert(ready: CorrelatedEvent[], item: CorrelatedEvent): void {
  let low = 0
  let high = ready.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = ready[middle]
    if (other !== undefined && byTime(other.event, item.event) > 0) low = middle + 1
    else high = middle
  }
  ready.splice(low, 0, item)
}
