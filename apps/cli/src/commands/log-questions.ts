import type { Allowance } from '../deadline.ts'
import { within } from '../deadline.ts'
import { CliError } from '../errors.ts'
import {
  createLogClient,
  type EventPage,
  type EventQuery,
  type LogClient,
  type LoggedStats,
} from '../logger/log-client.ts'
import { loggerUrlFromEnv } from '../logger/logger-settings.ts'
import { eventColumns, eventFields } from '../text/event-columns.ts'
import type { Column } from '../text/output.ts'
import { printable } from '../text/printable.ts'
import { causationText, correlationText } from '../text/trace-text.ts'
import { askDeliveries } from '../why/delivery-client.ts'
import { whyText } from '../why/why-text.ts'
import type { Session } from '../world.ts'

const ASKING = 'Asking the event logger'

/** How a list goes through its pages. */
export interface Paging {
  readonly limit?: number
  readonly cursor?: string
  readonly all?: true
}

/** Makes the client that a session's commands ask. */
export function clientOf({ world }: Session): LogClient {
  return createLogClient(loggerUrlFromEnv(world.env), world.fetch)
}

/** Lists events of a filter. */
export async function listEvents(session: Session, q: string, paging: Paging): Promise<void> {
  const client = clientOf(session)
  await pages(session, q, paging, (query, allowance) => client.list(query, allowance))
}

/** Lists what happened around a household or a user. */
export async function timeline(
  session: Session,
  { kind, id }: { readonly kind: string; readonly id: string },
  q: string,
  paging: Paging,
): Promise<void> {
  if (kind !== 'household' && kind !== 'user') {
    throw new CliError('USAGE', `There are timelines of a household and of a user, none of ${JSON.stringify(kind)}.`)
  }
  const client = clientOf(session)
  await pages(session, q, paging, (query, allowance) => client.timeline({ kind, id }, query, allowance))
}

async function pages(
  { output, timeoutMs }: Session,
  q: string,
  { all, limit, cursor }: Paging,
  ask: (query: EventQuery, allowance: Allowance) => Promise<EventPage>,
): Promise<void> {
  let query: EventQuery = { q, limit: limit?.toString(), cursor }
  let next: string | null | undefined
  do {
    const page = await within(timeoutMs, ASKING, (allowance) => ask(query, allowance))
    if (next === undefined || page.events.length > 0) output.rows(eventColumns, page.events)
    next = page.next
    query = { ...query, cursor: next ?? undefined }
    const { complete, missing } = page.coverage ?? {}
    if (!next && complete === false) output.note(`${missing} messages of Kafka are not recorded yet.`)
  } while (all && next)
  if (next) output.note(`There are more: give --all, or --cursor ${next}`)
}

const countColumns = (by: string): readonly Column<LoggedStats['counts'][number]>[] => [
  { heading: by.toUpperCase(), cell: ({ key }) => key },
  { heading: 'EVENTS', cell: ({ count }) => String(count) },
]

/** Counts the events of a filter. */
export async function countEvents(session: Session, q: string, by: string): Promise<void> {
  const { output, timeoutMs } = session
  const client = clientOf(session)
  const stats = await within(timeoutMs, ASKING, (allowance) => client.stats({ q, by }, allowance))
  output.rows(countColumns(by), stats.counts)
  output.note(`${stats.total} events.`)
  if (!stats.complete) {
    output.warn(
      `Counting took too long: only events from ${stats.countedFrom} on are counted. Give since: or another field.`,
    )
  }
}

/** Shows one event, or writes the bytes of its message. */
export async function getEvent(session: Session, id: string, raw: boolean): Promise<void> {
  const { world, output, timeoutMs } = session
  const client = clientOf(session)
  if (!raw) {
    const event = await within(timeoutMs, ASKING, (allowance) => client.get(id, allowance))
    output.record(event, eventFields(event))
    return
  }
  await within(timeoutMs, ASKING, async ({ signal }) => {
    for await (const chunk of await client.raw(id, signal)) world.stdout.write(chunk)
  })
}

/** Shows causes and effects of an event, or all events of a correlation. */
export async function traceEvent(session: Session, id: string, correlation: boolean): Promise<void> {
  const { output, timeoutMs } = session
  const client = clientOf(session)
  if (correlation) {
    const found = await within(timeoutMs, ASKING, (allowance) => client.correlation(id, allowance))
    if (found.events.length === 0) output.note(`No event with the correlation id ${id} is recorded, or not yet.`)
    text(session, found, correlationText(found))
    return
  }
  const found = await within(timeoutMs, ASKING, (allowance) => client.causation(id, allowance))
  text(session, found, causationText(found))
}

/** Says what caused an event, where each group stands with it, why it is dead, and what to do. */
export async function whyEvent(session: Session, id: string): Promise<void> {
  const { world, timeoutMs } = session
  const client = clientOf(session)
  const findings = await within(timeoutMs, ASKING, async (allowance) => {
    const event = await client.get(id, allowance)
    const [causation, deliveries] = await Promise.all([
      client.causation(id, allowance),
      askDeliveries(loggerUrlFromEnv(world.env), world.fetch, id, allowance),
    ])
    return { event, causation, deliveries }
  })
  text(session, findings, whyText(findings))
}

/** Writes lines for a person, the thing itself for a program. */
function text({ world, output }: Session, value: object, lines: readonly string[]): void {
  if (output.format === 'ndjson') output.record(value, [])
  else world.stdout.write(`${lines.map(printable).join('\n')}\n`)
}
