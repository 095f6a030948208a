import { z } from 'zod'
import type { Allowance } from './deadline.ts'
import { CliError } from './errors.ts'
import { parseExactJson } from './exact-json.ts'

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
const problemSchema = z.looseObject({
  title: text,
  detail: text,
  errors: z.array(z.looseObject({ detail: z.string(), parameter: text })).nullish(),
})

/** Makes a client of the event log at a base address that ends with a slash; holds nothing that would need closing. */
export function createLogClient(baseUrl: URL, fetch: typeof globalThis.fetch): LogClient {
  const ask = async <Schema extends z.ZodType>(url: URL, schema: Schema, allowance: Allowance) =>
    answer(url, schema, await read(url, fetch, allowance))
  return {
    list: (query, allowance) => {
      const url = new URL('api/v1/events', baseUrl)
      for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
      return ask(url, pageSchema, allowance)
    },
    get: (id, allowance) => ask(new URL(`api/v1/events/${encodeURIComponent(id)}`, baseUrl), eventSchema, allowance),
    topics: async (allowance) => (await ask(new URL('api/v1/topics', baseUrl), topicListSchema, allowance)).topics,
  }
}

interface Answer {
  readonly status: number
  readonly body: string
}

async function read(url: URL, fetch: typeof globalThis.fetch, { signal }: Allowance): Promise<Answer> {
  try {
    const response = await fetch(url, { signal, headers: { accept: 'application/json' }, redirect: 'error' })
    return { status: response.status, body: await response.text() }
  } catch (error) {
    // Its own deadline's error says more than the abort that it caused.
    if (signal.aborted) throw signal.reason
    const remedy = 'Is the event logger running there? Set EVENT_LOGGER_URL, or run hh-events doctor.'
    throw new CliError('LOGGER_UNREACHABLE', `No event logger answers at ${url.origin} (${reason(error)}). ${remedy}`, {
      cause: error,
      canRetry: true,
    })
  }
}

/** The system's word for why a connection failed, which fetch hides in its error's cause. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return 'no reason given'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

function answer<Schema extends z.ZodType>(url: URL, schema: Schema, { status, body }: Answer): z.infer<Schema> {
  const json = parsed(body)
  if (status >= 400) throw refused(url, status, json)
  const checked = schema.safeParse(json)
  // The answer itself: what the schema does not name keeps its place too.
  if (checked.success) return json as z.infer<Schema>
  const issue = checked.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'its answer' : issue.path.join('.')
  throw new CliError(
    'LOGGER_ANSWER_INVALID',
    `${url.origin} answered, but not as an event logger of this version does (${where}: ${issue?.message}). Check EVENT_LOGGER_URL and the logger's version.`,
  )
}

function refused(url: URL, status: number, json: unknown): CliError {
  const problem = problemSchema.safeParse(json)
  const told = problem.success ? problemText(problem.data) : undefined
  // A gateway's answers, and the logger's own while its database is away: the same call may work later.
  const away = status === 502 || status === 503 || status === 504
  return new CliError(
    away ? 'LOGGER_UNREACHABLE' : 'LOGGER_REFUSED',
    `The event logger at ${url.origin} answered ${status}${told ? `: ${told}` : '.'}`,
    { canRetry: away, details: { status } },
  )
}

function problemText({ title, detail, errors }: z.infer<typeof problemSchema>): string | null | undefined {
  if (errors == null || errors.length === 0) return detail ?? title
  return errors.map((error) => [error.parameter, error.detail].filter(Boolean).join(': ')).join('; ')
}

function parsed(body: string): unknown {
  try {
    return parseExactJson(body)
  } catch {
    // Not JSON is told apart by the caller: an error's page of a proxy, or something else than the logger.
    return undefined
  }
}
