import { z } from 'zod'
import type { Allowance } from '../deadline.ts'
import { CliError } from '../errors.ts'
import { parseExactJson } from './exact-json.ts'
import { markedFilter } from './filter-text.ts'
import { serverSentEvents } from './server-sent-events.ts'

/**
 * Asks the event logger, or commands it where a body is given, and checks the answer.
 *
 * @throws CliError `LOGGER_UNREACHABLE`, `LOGGER_REFUSED`, `LOGGER_ANSWER_INVALID`.
 */
export type LoggerApi = <Schema extends z.ZodType>(
  url: URL,
  schema: Schema,
  allowance: Allowance,
  command?: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<z.infer<Schema>>

/** Makes a caller of the event logger; holds nothing that would need closing. */
export function loggerApi(fetch: typeof globalThis.fetch): LoggerApi {
  return async (url, schema, allowance, command, headers) =>
    answer(url, schema, await read(url, fetch, allowance, requestOf(command, headers)))
}

/** Adds what is asked for to an address; what is undefined is not asked. */
export function setQuery(url: URL, query: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value)
}

const text = z.string().nullish()
const problemSchema = z.looseObject({
  title: text,
  detail: text,
  errors: z
    .array(
      z.looseObject({
        ...{ detail: z.string(), parameter: text, pointer: text },
        ...{ position: z.int().nullish(), length: z.int().nullish() },
      }),
    )
    .nullish(),
})

interface Answer {
  readonly status: number
  readonly body: string
}

async function read(
  url: URL,
  fetch: typeof globalThis.fetch,
  { signal }: Allowance,
  request: RequestInit,
): Promise<Answer> {
  try {
    const response = await fetch(url, { signal, redirect: 'error', ...request })
    return { status: response.status, body: await response.text() }
  } catch (error) {
    // Its own deadline's error says more than the abort that it caused.
    if (signal.aborted) throw signal.reason
    throw unreachable(url, error)
  }
}

function unreachable(url: URL, cause: unknown): CliError {
  const remedy = 'Is the event logger running there? Set EVENT_LOGGER_URL, or run hh-events doctor.'
  return new CliError('LOGGER_UNREACHABLE', `No event logger answers at ${url.origin} (${reason(cause)}). ${remedy}`, {
    cause,
    canRetry: true,
  })
}

function requestOf(command: object | undefined, headers: Readonly<Record<string, string>> = {}): RequestInit {
  const accept = 'application/json'
  if (command === undefined) return { headers: { accept, ...headers } }
  return {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(command),
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
  return checkedAnswer(url, schema, json)
}

function checkedAnswer<Schema extends z.ZodType>(url: URL, schema: Schema, json: unknown): z.infer<Schema> {
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
  const wrongFilter = problem.success ? filterProblem(url, problem.data) : undefined
  if (wrongFilter !== undefined) return wrongFilter
  const told = problem.success ? problemText(problem.data) : undefined
  // A gateway's answers, and the logger's own while its database is away: the same call may work later.
  const away = status === 502 || status === 503 || status === 504
  return new CliError(
    away ? 'LOGGER_UNREACHABLE' : 'LOGGER_REFUSED',
    `The event logger at ${url.origin} answered ${status}${told ? `: ${told}` : '.'}`,
    { canRetry: away, details: { status } },
  )
}

/** The error where the filter is what is wrong, pointing at the place. */
function filterProblem(url: URL, { errors }: z.infer<typeof problemSchema>): CliError | undefined {
  const error = errors?.find(({ parameter }) => parameter === 'q')
  const filter = url.searchParams.get('q')
  if (error === undefined || filter === null) return undefined
  const mark = error.position == null ? '' : `\n${markedFilter(filter, error.position, error.length ?? 1)}`
  return new CliError('USAGE', `${error.detail}${mark}`)
}

function problemText({ title, detail, errors }: z.infer<typeof problemSchema>): string | null | undefined {
  if (errors == null || errors.length === 0) return detail ?? title
  return errors.map((error) => [error.parameter ?? error.pointer, error.detail].filter(Boolean).join(': ')).join('; ')
}

function parsed(body: string): unknown {
  try {
    return parseExactJson(body)
  } catch {
    // Not JSON is told apart by the caller: an error's page of a proxy, or something else than the logger.
    return undefined
  }
}

/** Opens an answer that goes on for as long as it is read. */
export type LoggerStream = (
  url: URL,
  signal: AbortSignal,
  headers?: Readonly<Record<string, string>>,
  command?: object,
) => Promise<AsyncIterable<Uint8Array>>

/** Makes an opener of such answers; throws as {@link LoggerApi} does. */
export function loggerStream(fetch: typeof globalThis.fetch): LoggerStream {
  return async (url, signal, headers = {}, command) => {
    const request = requestOf(command, { accept: 'text/event-stream, application/x-ndjson', ...headers })
    const response = await fetch(url, { signal, redirect: 'error', ...request }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : unreachable(url, error)
    })
    if (response.status >= 400) throw refused(url, response.status, parsed(await response.text()))
    return response.body ?? (async function* () {})()
  }
}

/** Where a stream was left, so that it can be gone on with. */
export interface StreamPlace {
  /** The id of what came last; undefined before anything did. */
  lastEventId: string | undefined
}

/**
 * Reads server-sent events whose data is JSON, until the answer ends or breaks off. A place that is given is where it
 * begins, and is kept up to date.
 */
export async function* eventsOf<Schema extends z.ZodType>(
  url: URL,
  schema: Schema,
  open: LoggerStream,
  signal: AbortSignal,
  place: StreamPlace = { lastEventId: undefined },
): AsyncGenerator<z.infer<Schema>, void> {
  const { lastEventId } = place
  const chunks = await open(url, signal, lastEventId === undefined ? {} : { 'last-event-id': lastEventId })
  try {
    for await (const { id, data } of serverSentEvents(chunks)) {
      if (data !== undefined) yield checkedAnswer(url, schema, parsed(data))
      // After it was taken: what its reader has not taken is to come again.
      place.lastEventId = id ?? place.lastEventId
    }
  } catch (error) {
    // A connection that breaks off is one that can be opened again; what came is whole.
    if (!(error instanceof TypeError) || signal.aborted) throw error
  }
}
