import { z } from 'zod'
import type { Allowance } from './deadline.ts'
import { loggerApi, setQuery } from './logger-api.ts'

/** An event as the log's API answers it: the fields that a table shows, and all others as they came. */
export type LoggedEvent = z.infer<typeof eventSchema>

/** A page of events, newest first; `next` continues it and is absent on the last page. */
export type EventPage = z.infer<typeof pageSchema>

/** A topic as the event logger sees it; `lagMessages` is absent while it cannot ask Kafka. */
export type LoggedTopic = z.infer<typeof topicListSchema>['topics'][number]

/** What {@link LogClient.list} asks for; what is undefined is not asked. */
export type EventQuery = Readonly<
  Partial<
    Record<'subject' | 'household' | 'user' | 'type' | 'since' | 'until' | 'limit' | 'cursor', string | undefined>
  >
>

/** Asks the event logger's API. */
export interface LogClient {
  list(query: EventQuery, allowance: Allowance): Promise<EventPage>
  /** @throws CliError `LOGGER_REFUSED` when no event has this id. */
  get(id: string, allowance: Allowance): Promise<LoggedEvent>
  /** What was recorded of each topic, and how far behind the logger is. */
  topics(allowance: Allowance): Promise<readonly LoggedTopic[]>
}

const text = z.string().nullish()
const eventSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  source: text,
  householdId: text,
  userId: text,
  timestamp: z.string(),
})
const pageSchema = z.object({ events: z.array(eventSchema), next: text })
const count = z.int().nonnegative()
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
/** Makes a client of the event log at a base address that ends with a slash; holds nothing that would need closing. */
export function createLogClient(baseUrl: URL, fetch: typeof globalThis.fetch): LogClient {
  const ask = loggerApi(fetch)
  return {
    list: (query, allowance) => {
      const url = new URL('api/v1/events', baseUrl)
      setQuery(url, query)
      return ask(url, pageSchema, allowance)
    },
    get: (id, allowance) => ask(new URL(`api/v1/events/${encodeURIComponent(id)}`, baseUrl), eventSchema, allowance),
    topics: async (allowance) => (await ask(new URL('api/v1/topics', baseUrl), topicListSchema, allowance)).topics,
  }
}
