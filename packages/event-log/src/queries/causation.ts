import { z } from 'zod'
import { type Coverage, coverageOf, readRecorded } from '../coverage.ts'
import type { LogParts } from '../log-parts.ts'
import { readDocuments } from '../pages.ts'
import { byTime, type EventSummary, eventSummary, summaryProjection } from './event-summary.ts'
import { checkId, checkQuery } from './query.ts'

/** How far {@link EventLog.causation} looks. */
export interface CausationQuery {
  /** Causes of causes, and effects of effects, 1 to 200. Default 50. */
  readonly maxDepth?: number | undefined
  /** Effects in all, 1 to 5,000. Default 1,000. */
  readonly maxEvents?: number | undefined
}

/** An event that was caused, with what it caused in turn. */
export interface CausedEvent {
  readonly event: EventSummary
  /** In the order of time. */
  readonly caused: readonly CausedEvent[]
}

/** Where a tree was not followed to its end. */
export interface Cut {
  readonly what: 'ancestors' | 'descendants'
  /** `cycle`: the next event is one of those before it. */
  readonly reason: 'depth' | 'count' | 'cycle'
  /** A sentence that says so, with the remedy. */
  readonly message: string
}

/** Why an event happened, and what it led to. */
export interface Causation {
  readonly event: EventSummary
  /** Its cause first, then that one's, back to the one that had none. */
  readonly ancestors: readonly EventSummary[]
  /** The id of the cause that the last of them (or the event) names and that is not recorded, or not yet. */
  readonly missingCause: string | undefined
  readonly descendants: readonly CausedEvent[]
  /** Empty where everything is there. */
  readonly cuts: readonly Cut[]
  readonly coverage: Coverage
}

const querySchema = z.strictObject({
  maxDepth: z.number().int().min(1).max(200).default(50),
  maxEvents: z.number().int().min(1).max(5_000).default(1_000),
})
type Limits = z.output<typeof querySchema>

/** Follows an event's causes and effects; undefined where it is not recorded. */
export async function causationOf(id: string, query: CausationQuery, parts: LogParts): Promise<Causation | undefined> {
  const limits = checkQuery(querySchema, query)
  const recorded = await readRecorded(parts.collections, parts.maxTimeMs)
  const event = await summaryOf(checkId(id), parts)
  if (event === undefined) return undefined
  const [up, down] = await Promise.all([ancestorsOf(event, limits, parts), descendantsOf(event, limits, parts)])
  return {
    event,
    ancestors: up.ancestors,
    missingCause: up.missingCause,
    descendants: down.descendants,
    cuts: [up.cut, down.cut].filter((cut) => cut !== undefined),
    coverage: coverageOf(recorded, parts.ends()),
  }
}

async function summaryOf(id: string, { collections, maxTimeMs }: LogParts): Promise<EventSummary | undefined> {
  const found = collections.records.find({ _id: { $eq: id } }, { maxTimeMS: maxTimeMs, projection: summaryProjection })
  const [document] = await readDocuments(found.limit(1))
  return document === undefined ? undefined : eventSummary(document)
}

async function ancestorsOf(event: EventSummary, { maxDepth }: Limits, parts: LogParts) {
  const ancestors: EventSummary[] = []
  const seen = new Set([event.id])
  let missingCause: string | undefined
  let cut: Cut | undefined
  for (let causeId = event.causationId; causeId !== undefined; ) {
    if (seen.has(causeId)) cut = cutOf('ancestors', 'cycle', `${causeId} is a cause of itself`)
    else if (ancestors.length === maxDepth) {
      cut = cutOf('ancestors', 'depth', `${maxDepth} causes are given; ask for those of ${causeId} to go on`)
    }
    if (cut !== undefined) break
    const cause = await summaryOf(causeId, parts)
    if (cause === undefined) {
      missingCause = causeId
      break
    }
    seen.add(causeId)
    ancestors.push(cause)
    causeId = cause.causationId
  }
  return { ancestors, missingCause, cut }
}

async function descendantsOf(event: EventSummary, { maxDepth, maxEvents }: Limits, parts: LogParts) {
  const children = new Map<string, EventSummary[]>()
  const seen = new Set([event.recordId])
  let level = [event]
  let cut: Cut | undefined
  for (let depth = 0; level.length > 0 && cut === undefined; depth++) {
    const room = maxEvents - (seen.size - 1)
    const found = await effectsOf(level, room + 1, parts)
    const fresh = found.filter(({ recordId }) => !seen.has(recordId))
    if (fresh.length > 0 && depth === maxDepth) {
      cut = cutOf('descendants', 'depth', `effects are followed ${maxDepth} deep; ask for those of a deeper event`)
      break
    }
    if (found.length > room) {
      cut = cutOf(
        'descendants',
        'count',
        `${maxEvents} effects are given, and there are more; ask for those of one of them`,
      )
    }
    level = fresh.slice(0, room)
    for (const effect of level) {
      seen.add(effect.recordId)
      const siblings = children.get(effect.causationId ?? '')
      if (siblings === undefined) children.set(effect.causationId ?? '', [effect])
      else siblings.push(effect)
    }
  }
  return { descendants: treeOf(event, children, new Set()), cut }
}

/** What events caused, no more than `limit`: in the index's order, so that the server stops there. */
async function effectsOf(level: readonly EventSummary[], limit: number, { collections, maxTimeMs }: LogParts) {
  const ids = [...new Set(level.map(({ id }) => id))]
  const found = collections.records
    .find({ causationId: { $in: ids } }, { maxTimeMS: maxTimeMs, projection: summaryProjection, hint: 'by_causation' })
    .limit(limit)
  return (await readDocuments(found)).map(eventSummary)
}

function treeOf(
  { id }: EventSummary,
  children: ReadonlyMap<string, readonly EventSummary[]>,
  given: Set<string>,
): CausedEvent[] {
  // Events that share an id share their effects too: these are given once.
  if (given.has(id)) return []
  given.add(id)
  const sorted = [...(children.get(id) ?? [])].sort(byTime)
  return sorted.map((event) => ({ event, caused: treeOf(event, children, given) }))
}

function cutOf(what: Cut['what'], reason: Cut['reason'], sentence: string): Cut {
  return { what, reason, message: `The ${what} are not complete: ${sentence}.` }
}
