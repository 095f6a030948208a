import { type Command, Option } from 'commander'
import { type CommandOptions, carryOut } from '../dead-command.ts'
import { within } from '../deadline.ts'
import { CliError } from '../errors.ts'
import { countArgument } from '../input/arguments.ts'
import { parseTimeArgument } from '../input/time-argument.ts'
import { createDeadClient, type DeadLetterFilter } from '../logger/dead-client.ts'
import { exactJsonText } from '../logger/exact-json.ts'
import { loggerUrlFromEnv } from '../logger/logger-settings.ts'
import { deadLetterColumns, deadLetterGroupColumns } from '../text/dead-columns.ts'
import type { Session } from '../world.ts'

interface ListOptions extends DeadLetterFilter {
  readonly state: 'open' | 'redriven' | 'discarded' | 'all'
  readonly limit?: number
  readonly cursor?: string
  readonly all?: true
  readonly byError?: true
}

const examples = {
  list: `
Examples:
  hh-events dead list --group points-service
  hh-events dead list --by-error
  hh-events dead list --state all --since 2h --all | jq .id`,
  redrive: `
Examples:
  hh-events dead redrive 3f2a90c11b5de0775a6b1c22
  hh-events dead redrive --group points-service --fingerprint 1b2c3d --dry-run
  hh-events dead redrive --group points-service --since 2h --rate 20 --yes`,
  discard: `
Examples:
  hh-events dead discard 3f2a90c11b5de0775a6b1c22
  hh-events dead discard --group points-service --type bill.paid --dry-run`,
}

/** Adds `dead list`, `show`, `redrive` and `discard` to the program. */
export function addDeadCommand(program: Command, session: (command: Command) => Session, now: () => number): void {
  const dead = program.command('dead').description('what groups gave up on, asked of EVENT_LOGGER_URL')
  withFilter(dead.command('list').description('list dead letters, newest first'), now)
    .addOption(
      new Option('--state <state>', 'in this state').choices(['open', 'redriven', 'discarded', 'all']).default('open'),
    )
    .option('--by-error', 'count them by group and error instead (takes --group, --state and --limit only)')
    .option('--limit <n>', 'dead letters in a page, 1 to 200 (the logger takes 50)', countArgument)
    .option('--cursor <cursor>', 'go on from an earlier page')
    .option('--all', 'every page, one after the other')
    .addHelpText('after', examples.list)
    .action((options: ListOptions, command: Command) =>
      options.byError ? listByError(session(command), options) : list(session(command), options),
    )
  dead
    .command('show')
    .argument('<id>', "the dead letter's id")
    .description('show one dead letter with the original message')
    .action((id: string, _options: object, command: Command) => show(session(command), id))
  const redrive = withFilter(dead.command('redrive').argument('[id...]', 'these dead letters'), now)
    .description('send open dead letters, oldest first, to the groups that gave up on them')
    .option('--rate <n>', 'events a second at most (the logger takes 100)', countArgument)
  const discard = withFilter(dead.command('discard').argument('[id...]', 'these dead letters'), now).description(
    'give open dead letters up for good; nothing is deleted',
  )
  for (const [verb, command] of [
    ['redrive', redrive],
    ['discard', discard],
  ] as const) {
    command
      .option('--limit <n>', 'how many at most', countArgument)
      .option('--dry-run', 'only count them, and show the first five')
      .option('--yes', 'do not ask, however many they are')
      .addHelpText('after', examples[verb])
      .action((ids: string[], options: CommandOptions, own: Command) => carryOut(session(own), verb, ids, options))
  }
}

function withFilter(command: Command, now: () => number): Command {
  const time = (text: string) => parseTimeArgument(text, now())
  return command
    .option('--group <id>', 'of the group that gave up')
    .option('--type <type>', 'of this event type')
    .option('--subject <id>', 'about this household or user')
    .option('--fingerprint <text>', 'with this error, as list --by-error names it')
    .option('--since <time>', 'given up at or after: RFC 3339, or how long ago (15m, 2h, 7d)', time)
    .option('--until <time>', 'given up before: RFC 3339, or how long ago', time)
}

async function list({ world, output, timeoutMs }: Session, options: ListOptions): Promise<void> {
  const client = createDeadClient(loggerUrlFromEnv(world.env), world.fetch)
  const { all, limit, byError: _, state, ...filter } = options
  let query: Parameters<typeof client.list>[0] = {
    ...filter,
    state: state === 'all' ? undefined : state,
    limit: limit?.toString(),
  }
  let next: string | null | undefined
  do {
    const page = await within(timeoutMs, 'Asking the event logger', (allowance) => client.list(query, allowance))
    if (next === undefined || page.deadLetters.length > 0) output.rows(deadLetterColumns, page.deadLetters)
    next = page.next
    query = { ...query, cursor: next ?? undefined }
  } while (all && next)
  if (next) output.note(`There are more: give --all, or --cursor ${next}`)
}

async function listByError({ world, output, timeoutMs }: Session, options: ListOptions): Promise<void> {
  const { byError: _, group, state, limit, ...others } = options
  if (state === 'all' || Object.keys(others).length > 0) {
    throw new CliError('USAGE', 'list --by-error takes --group, --limit and one --state, and no other options.')
  }
  const client = createDeadClient(loggerUrlFromEnv(world.env), world.fetch)
  const query = {
    group,
    state,
    limit: limit?.toString(),
  }
  const groups = await within(timeoutMs, 'Asking the event logger', (allowance) => client.groups(query, allowance))
  output.rows(deadLetterGroupColumns, groups)
}

async function show({ world, output, timeoutMs }: Session, id: string): Promise<void> {
  const client = createDeadClient(loggerUrlFromEnv(world.env), world.fetch)
  const letter = await within(timeoutMs, 'Asking the event logger', (allowance) => client.get(id, allowance))
  const fields = Object.entries(letter).filter(([, value]) => value !== undefined)
  output.record(
    letter,
    fields.map(([name, value]) => [name, typeof value === 'string' ? value : exactJsonText(value, 2)]),
  )
}
