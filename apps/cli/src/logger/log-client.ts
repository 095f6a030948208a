import { z } from 'zod'
import type { Allowance } from '../deadline.ts'
import { eventsOf, loggerApi, loggerStream, type StreamPlace, setQuery } from './logger-api.ts'

const text = z.string().nullish()
const count = z.int().nonnegative()
const coverageSchema = z.looseObject({ complete: z.boolean().nullish(), missing: count.nullish() })
const summaryFields = {
  id: z.string(),
  type: z.string(),
  source: text,
  householdId: text,
  userId: text,
  timestamp: z.string(),
}
const eventSchema = z.looseObject(summaryFields)
const pageSchema = z.object({ events: z.array(eventSchema), next: text, coverage: coverageSchema.optional() })
const topicListSchema = z.object({
  topics: z.array(
    z.object({
      topic: z.string(),
      recorded: count,
      quarantined: count,
      partitions: z.array(z.object({ partition: count, lagMessages: count.optional() })),
    }),
  ),
})
const statsSchema = z.looseObject({
  total: count,
  counts: z.array(z.looseObject({ key: z.string(), count })),
  complete: z.boolean(),
  countedFrom: text,
})
const linkedSchema = z.looseObject({ ...summaryFields, recordId: z.string(), causationId: text })
const causedSchema = z.looseObject({
  event: linkedSchema,
  get caused() {
    return z.array(causedSchema)
  },
})
const causationSchema = z.looseObject({
  event: linkedSchema,
  ancestors: z.array(linkedSchema),
  missingCause: text,
  descendants: z.array(causedSchema),
  cuts: z.array(z.looseObject({ message: z.string() })),
})
const correlationSchema = z.looseObject({
  correlationId: z.string(),
  events: z.array(z.looseObject({ event: linkedSchema, depth: count })),
  missingCauses: z.array(z.string()),
  cut: text,
})

/** An event as the log's API answers it: the fields that a table shows, and all others as they came. */
export type LoggedEvent = z.infer<typeof eventSchema>

/** A page of events, newest first; `next` continues it and is absent on the last page. */
export type EventPage = z.infer<typeof pageSchema>

/** A topic as the event logger sees it; `lagMessages` is absent while it cannot ask Kafka. */
export type LoggedTopic = z.infer<typeof topicListSchema>['topics'][number]

/** How many events there are of what. */
export type LoggedStats = z.infer<typeof statsSchema>

/** An event with its cause, without its data. */
export type LinkedEvent = z.infer<typeof linkedSchema>

/** An event that was caused, with what it caused in turn. */
export type CausedEvent = z.infer<typeof causedSchema>

/** What caused an event, and what it caused. */
export type LoggedCausation = z.infer<typeof causationSchema>

/** The events of one correlation id. */
export type LoggedCorrelation = z.infer<typeof correlationSchema>

/** What lists are asked for; what is undefined is not asked. */
export type EventQuery = Readonly<Partial<Record<'q' | 'limit' | 'cursor', string | undefined>>>

/** Whose timeline is meant. */
export interface TimelineOwner {
  readonly kind: 'household' | 'user'
  readonly id: string
}

/** Asks the event logger's API. A wrong filter is `USAGE`, with a mark under what is wrong. */
export interface LogClient {
  list(query: EventQuery, allowance: Allowance): Promise<EventPage>
  timeline(owner: TimelineOwner, query: EventQuery, allowance: Allowance): Promise<EventPage>
  /** @throws CliError `LOGGER_REFUSED` when no event has this id; so do the others that take one. */
  get(id: string, allowance: Allowance): Promise<LoggedEvent>
  /** The bytes of the event's message. */
  raw(id: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  stats(query: { readonly q?: string; readonly by?: string | undefined }, allowance: Allowance): Promise<LoggedStats>
  causation(id: string, allowance: Allowance): Promise<LoggedCausation>
  correlation(id: string, allowance: Allowance): Promise<LoggedCorrelation>
  /** Events as they are recorded, until the answer ends or breaks off; `place` says where to go on then. */
  tail(
    query: { readonly q: string; readonly from?: string | undefined },
    place: StreamPlace,
    signal: AbortSignal,
  ): AsyncIterable<LoggedEvent>
  /** The lines of an export. */
  exported(q: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  /** What was recorded of each topic, and how far behind the logger is. */
  topics(allowance: Allowance): Promise<readonly LoggedTopic[]>
}

/** Makes a client of the event log at a base address that ends with a slash; holds nothing that would need closing. */
export function createLogClient(baseUrl: URL, fetch: typeof globalThis.fetch): LogClient {
  const ask = loggerApi(fetch)
  const open = loggerStream(fetch)
  const urlOf = (path: string, query: Readonly<Record<string, string | undefined>> = {}): URL => {
    const url = new URL(`api/v1/${path}`, baseUrl)
    // An empty filter is none.
    setQuery(url, { ...query, q: query.q || undefined })
    return url
  }
  const ofEvent = (id: string, part = ''): URL => urlOf(`events/${encodeURIComponent(id)}${part}`)
  return {
    list: (query, allowance) => ask(urlOf('events', query), pageSchema, allowance),
    timeline: ({ kind, id }, query, allowance) =>
      ask(urlOf(`timelines/${kind}/${encodeURIComponent(id)}`, query), pageSchema, allowance),
    get: (id, allowance) => ask(ofEvent(id), eventSchema, allowance),
    raw: (id, signal) => open(ofEvent(id, '/raw'), signal),
    stats: (query, allowance) => ask(urlOf('events/stats', query), statsSchema, allowance),
    causation: (id, allowance) => ask(ofEvent(id, '/causation'), causationSchema, allowance),
    correlation: (id, allowance) => ask(urlOf(`correlations/${encodeURIComponent(id)}`), correlationSchema, allowance),
    tail: (query, place, signal) => eventsOf(urlOf('events/stream', query), eventSchema, open, signal, place),
    exported: (q, signal) => open(urlOf('events/export', { q }), signal),
    topics: async (allowance) => (await ask(urlOf('topics'), topicListSchema, allowance)).topics,
  }
}
