import type { Command } from 'commander'
import { countArgument } from '../arguments.ts'
import { within } from '../deadline.ts'
import { exactJsonText } from '../exact-json.ts'
import { createLogClient, type EventQuery, type LoggedEvent } from '../log-client.ts'
import { loggerUrlFromEnv } from '../logger-settings.ts'
import type { Column } from '../output.ts'
import { parseTimeArgument } from '../time-argument.ts'
import type { Session } from '../world.ts'

interface ListOptions {
  readonly subject?: string
  readonly household?: string
  readonly user?: string
  readonly type?: string
  readonly since?: string
  readonly until?: string
  readonly limit?: number
  readonly cursor?: string
  readonly all?: true
}

const listExamples = `
Examples:
  hh-events log list --household household-001 --since 2h
  hh-events log list --type bill.paid --limit 10
  hh-events log list --household household-001 --all | jq .type
  hh-events log get 20251009120000-abc123`

/** Adds `log list` and `log get` to the program. */
export function addLogCommand(program: Command, session: (command: Command) => Session, now: () => number): void {
  const log = program.command('log').description('what the event log has recorded, asked of EVENT_LOGGER_URL')
  log
    .command('list')
    .description('list events, newest first')
    .option('--subject <id>', 'about this household or user: the fastest where the log is large')
    .option('--household <id>', "naming this household, users' events too")
    .option('--user <id>', 'naming this user')
    .option('--type <type>', 'of this event type')
    .option('--since <time>', 'at or after: RFC 3339, or how long ago (15m, 2h, 7d)', (text) =>
      parseTimeArgument(text, now()),
    )
    .option('--until <time>', 'before: RFC 3339, or how long ago', (text) => parseTimeArgument(text, now()))
    .option('--limit <n>', 'events in a page, 1 to 200 (the logger takes 50)', countArgument)
    .option('--cursor <cursor>', 'go on from an earlier page')
    .option('--all', 'every page, one after the other')
    .addHelpText('after', listExamples)
    .action((options: ListOptions, command: Command) => list(session(command), options))
  log
    .command('get')
    .argument('<id>', "the event's id")
    .description('show one event')
    .addHelpText('after', '\nExample:\n  hh-events log get 20251009120000-abc123')
    .action((id: string, _options: object, command: Command) => get(session(command), id))
}

async function list({ world, output, timeoutMs }: Session, options: ListOptions): Promise<void> {
  const client = createLogClient(loggerUrlFromEnv(world.env), world.fetch)
  const { all, limit, ...rest } = options
  let query: EventQuery = { ...rest, limit: limit?.toString() }
  let next: string | null | undefined
  do {
    const page = await within(timeoutMs, 'Asking the event logger', (allowance) => client.list(query, allowance))
    if (next === undefined || page.events.length > 0) output.rows(columns, page.events)
    next = page.next
    query = { ...query, cursor: next ?? undefined }
  } while (all && next)
  if (next) output.note(`There are more: give --all, or --cursor ${next}`)
}

async function get({ world, output, timeoutMs }: Session, id: string): Promise<void> {
  const client = createLogClient(loggerUrlFromEnv(world.env), world.fetch)
  const event = await within(timeoutMs, 'Asking the event logger', (allowance) => client.get(id, allowance))
  output.record(event, fields(event))
}

function fields(event: LoggedEvent): readonly (readonly [string, string])[] {
  return Object.entries(event)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, typeof value === 'string' ? value : exactJsonText(value, 2)])
}

const columns: readonly Column<LoggedEvent>[] = [
  { heading: 'TIME', cell: ({ timestamp }) => timestamp },
  { heading: 'TYPE', cell: ({ type }) => type, color: (text, _event, colors) => colors.cyan(text) },
  { heading: 'HOUSEHOLD', cell: ({ householdId }) => householdId ?? '' },
  { heading: 'USER', cell: ({ userId }) => userId ?? '' },
  { heading: 'SOURCE', cell: ({ source }) => source ?? '' },
  { heading: 'ID', cell: ({ id }) => id },
]
