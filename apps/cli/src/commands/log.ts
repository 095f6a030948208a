import type { Command } from 'commander'
import { countArgument } from '../input/arguments.ts'
import { type FilterOptions, filterText } from '../logger/filter-text.ts'
import type { Session } from '../world.ts'
import { countEvents, getEvent, listEvents, timeline, traceEvent, whyEvent } from './log-questions.ts'
import { exportEvents, tailEvents } from './log-streams.ts'
import { addTrustCommands } from './log-trust.ts'

interface PageOptions {
  readonly limit?: number
  readonly cursor?: string
  readonly all?: true
}

const filterHelp = `
A filter: type:task.* household:h_42 since:2h. A field given again means either value, different fields must all match.
Fields: type (with * at its end), household, user, subject, source, correlation, causation, contract (ok, broken,
unknown-type, unknown-version), topic, id, status (dead, open, redriven, discarded), since, until (2h, yesterday, RFC 3339).
`

const listExamples = `${filterHelp}
Examples:
  hh-events log list household:household-001 since:2h
  hh-events log list type:bill.* contract:broken --limit 10
  hh-events log list status:dead --all | jq .type`

/** Adds `log` and its commands to the program. */
export function addLogCommand(program: Command, session: (command: Command) => Session): void {
  const log = program.command('log').description('what the event log has recorded, asked of EVENT_LOGGER_URL')
  addLists(log, session)
  addStreams(log, session)
  addQuestions(log, session)
  addTrustCommands(log, session)
}

function addLists(log: Command, session: (command: Command) => Session): void {
  withFilter(log.command('list').description('list events, newest first'))
    .option('--limit <n>', 'events in a page, 1 to 200 (the logger takes 50)', countArgument)
    .option('--cursor <cursor>', 'go on from an earlier page')
    .option('--all', 'every page, one after the other')
    .addHelpText('after', listExamples)
    .action((words: string[], options: PageOptions & FilterOptions, command: Command) =>
      listEvents(session(command), filterText(words, filterOptions(options)), options),
    )
  log
    .command('timeline')
    .argument('<household|user>', 'whose timeline')
    .argument('<id>', "the household's or the user's id")
    .argument('[filter...]', 'narrows it: type:task.* since:2h')
    .description('list what happened around a household or a user, newest first')
    .option('--limit <n>', 'events in a page, 1 to 200 (the logger takes 50)', countArgument)
    .option('--cursor <cursor>', 'go on from an earlier page')
    .option('--all', 'every page, one after the other')
    .addHelpText('after', '\nExample:\n  hh-events log timeline household household-001 since:yesterday')
    .action((kind: string, id: string, words: string[], options: PageOptions, command: Command) =>
      timeline(session(command), { kind, id }, filterText(words), options),
    )
  withFilter(log.command('stats').description('count events by type, or by another field'))
    .option('--by <field>', 'type, topic, source or contract', 'type')
    .addHelpText('after', '\nExample:\n  hh-events log stats since:1d --by source')
    .action((words: string[], options: FilterOptions & { readonly by: string }, command: Command) =>
      countEvents(session(command), filterText(words, filterOptions(options)), options.by),
    )
}

function addStreams(log: Command, session: (command: Command) => Session): void {
  withFilter(log.command('tail').description('show events as they are recorded, until Ctrl-C'))
    .option('--from-start', 'begin with what is recorded already')
    .addHelpText('after', '\nExample:\n  hh-events log tail type:task.* household:household-001')
    .action((words: string[], options: FilterOptions & { readonly fromStart?: true }, command: Command) =>
      tailEvents(session(command), filterText(words, filterOptions(options)), options.fromStart === true),
    )
  withFilter(log.command('export').description('write events as lines of JSON, with a trailer that counts them'))
    .option('--output <file>', 'write to this file, which appears once it is complete (default: standard output)')
    .option('--force', 'replace the file where it exists')
    .addHelpText('after', '\nExample:\n  hh-events log export household:household-001 --output household-001.ndjson')
    .action(
      (
        words: string[],
        options: FilterOptions & { readonly output?: string; readonly force?: true },
        command: Command,
      ) => exportEvents(session(command), filterText(words, filterOptions(options)), options),
    )
}

function addQuestions(log: Command, session: (command: Command) => Session): void {
  const id = "the event's id"
  log
    .command('get')
    .argument('<id>', id)
    .description('show one event')
    .option('--raw', 'the bytes of its message, exactly as Kafka had them')
    .addHelpText('after', '\nExample:\n  hh-events log get 20251009120000-abc123')
    .action((event: string, options: { readonly raw?: true }, command: Command) =>
      getEvent(session(command), event, options.raw === true),
    )
  log
    .command('trace')
    .argument('<id>', "the event's id; with --correlation, the correlation id")
    .description('show what caused an event, and what it caused')
    .option('--correlation', 'show all events of a correlation id')
    .addHelpText('after', '\nExample:\n  hh-events log trace 20251009120000-abc123')
    .action((event: string, options: { readonly correlation?: true }, command: Command) =>
      traceEvent(session(command), event, options.correlation === true),
    )
  log
    .command('why')
    .argument('<id>', id)
    .description('say what caused an event, where each group stands with it, why it is dead, and what to do')
    .addHelpText('after', '\nExample:\n  hh-events log why 20251009120000-abc123')
    .action((event: string, _options: object, command: Command) => whyEvent(session(command), event))
}

function withFilter(command: Command): Command {
  return command
    .argument('[filter...]', 'which events: type:task.* household:h_42 since:2h')
    .option('--household <id>', 'the same as household:<id>')
    .option('--user <id>', 'the same as user:<id>')
    .option('--subject <id>', 'the same as subject:<id>')
    .option('--type <type>', 'the same as type:<type>')
    .option('--since <time>', 'the same as since:<time>')
    .option('--until <time>', 'the same as until:<time>')
}

function filterOptions({ household, user, subject, type, since, until }: FilterOptions): FilterOptions {
  return { household, user, subject, type, since, until }
}
