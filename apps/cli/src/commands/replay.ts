import { randomUUID } from 'node:crypto'
import { type Command, InvalidArgumentError } from 'commander'
import { within } from '../deadline.ts'
import { CliError } from '../errors.ts'
import { countArgument, groupArgument, sandboxArgument } from '../input/arguments.ts'
import { loggerUrlFromEnv } from '../logger/logger-settings.ts'
import { createReplayClient, type LoggedRun, type ReplayClient } from '../logger/replay-client.ts'
import { checkEnd, watchRun } from '../replay-watch.ts'
import { planFields, progressText, runColumns, runFields } from '../text/replay-text.ts'
import type { Session } from '../world.ts'

interface PlanOptions {
  readonly filter: string
  readonly toGroup?: readonly string[]
  readonly sandbox?: string
  readonly rate?: number
}

interface RunOptions {
  readonly rate?: number
  readonly again?: true
  readonly detach?: true
}

/** How long the event logger may count on for a plan, in milliseconds. */
const PLAN_MS = 70_000

const examples = `
Examples:
  hh-events replay plan --filter 'type:task.* since:2h' --to-group points-service
  hh-events replay plan --filter 'household:h_42' --to-group points-service --sandbox try-1
  hh-events replay run 3f2a90c11b5de0775a6b1c22 --rate 50
  hh-events replay watch 90c11b5de0775a6b1c223f2a`

/** Adds `replay plan`, `run`, `status`, `watch`, `pause`, `resume` and `cancel` to the program. */
export function addReplayCommand(program: Command, session: (command: Command) => Session): void {
  const replay = program
    .command('replay')
    .description('send recorded events again to groups that are named, through EVENT_LOGGER_URL')
    .addHelpText('after', examples)
  replay
    .command('plan')
    .description('pin what would be sent, and show all that is known about it; sends nothing')
    .requiredOption('--filter <filter>', "which events: 'type:task.* household:h_42 since:2h'")
    .option('--to-group <id>', 'to the inbox topic of this group (may be repeated)', collectGroup)
    .option(
      '--sandbox <name>',
      'to the topic <prefix>.sandbox.<name> instead, where no group reads it by itself',
      sandboxArgument,
    )
    .option('--rate <n>', 'events a second at most (the logger takes 500)', rateArgument)
    .action((options: PlanOptions, command: Command) => plan(session(command), options))
  replay
    .command('run')
    .argument('<plan>', "the plan's id")
    .description('run a plan, and show its progress; given again it shows the same run')
    .option('--rate <n>', "events a second at most (the plan's)", rateArgument)
    .option('--again', 'a new run, although the plan was run before')
    .option('--detach', 'do not wait for its end')
    .action((planId: string, options: RunOptions, command: Command) => run(session(command), planId, options))
  replay
    .command('status')
    .argument('[run]', "the run's id; the newest runs without one")
    .description('show how far a run is, or the newest runs')
    .option('--limit <n>', 'how many runs at most, 1 to 200 (the logger takes 50)', countArgument)
    .action((id: string | undefined, { limit }: { limit?: number }, command: Command) =>
      status(session(command), id, limit),
    )
  replay
    .command('watch')
    .argument('<run>', "the run's id")
    .description('show the progress of a run until its end; Ctrl-C does not stop the run')
    .action((id: string, _options: object, command: Command) => watch(session(command), id))
  addChanges(replay, session)
}

function addChanges(replay: Command, session: (command: Command) => Session): void {
  for (const [verb, description] of [
    ['pause', 'hold a run up; what is on its way is still sent'],
    ['resume', 'go on with a run that is paused, or has failed for a reason that is mended'],
    ['cancel', 'end a run for good; what was sent stays sent'],
  ] as const) {
    replay
      .command(verb)
      .argument('<run>', "the run's id")
      .description(description)
      .action(async (id: string, _options: object, command: Command) => {
        const own = session(command)
        const changed = await asking(own, (client, allowance) =>
          client.change(id, verb, { by: userOf(own) }, allowance),
        )
        showRun(own, changed)
      })
  }
}

type Ask<Result> = (client: ReplayClient, allowance: Parameters<ReplayClient['get']>[1]) => Promise<Result>

async function asking<Result>({ world, timeoutMs }: Session, ask: Ask<Result>, workMs = 0): Promise<Result> {
  const client = createReplayClient(loggerUrlFromEnv(world.env), world.fetch)
  return await within(timeoutMs + workMs, 'Asking the event logger', (allowance) => ask(client, allowance))
}

async function plan(session: Session, { filter, toGroup, sandbox, rate }: PlanOptions): Promise<void> {
  if (toGroup === undefined && sandbox === undefined) {
    throw new CliError('USAGE', 'Give --to-group, or --sandbox: a replay reaches only who is named.')
  }
  const command = { filter, groups: toGroup, sandbox, ratePerSecond: rate, by: userOf(session) }
  const made = await asking(session, (client, allowance) => client.plan(command, allowance), PLAN_MS)
  session.output.record(made, planFields(made))
  session.output.note(`Nothing was sent. To send it: hh-events replay run ${made.id}`)
}

async function run(session: Session, planId: string, { rate, again, detach }: RunOptions): Promise<void> {
  const { output, world } = session
  // The same key for the same plan: a command that is given twice, or again after an error, sends once.
  const key = again ? randomUUID() : `hh-events-${planId}`
  const command = { planId, ratePerSecond: rate, by: userOf(session) }
  const started = await asking(session, (client, allowance) => client.run(command, key, allowance))
  if (detach) return showRun(session, started)
  output.note(`Run ${started.id}. Ctrl-C detaches; hh-events replay cancel ${started.id} ends it.`)
  const client = createReplayClient(loggerUrlFromEnv(world.env), world.fetch)
  const ended = await watchRun(session, client, started.id)
  if (ended === undefined) return
  output.record(ended, runFields(ended))
  checkEnd(ended)
}

async function status(session: Session, id: string | undefined, limit: number | undefined): Promise<void> {
  if (id !== undefined) return showRun(session, await asking(session, (client, allowance) => client.get(id, allowance)))
  session.output.rows(runColumns, await asking(session, (client, allowance) => client.list(limit, allowance)))
}

async function watch(session: Session, id: string): Promise<void> {
  const { world, output } = session
  const client = createReplayClient(loggerUrlFromEnv(world.env), world.fetch)
  const each = (one: LoggedRun) => (output.format === 'ndjson' ? output.record(one, []) : undefined)
  const ended = await watchRun(session, client, id, each)
  if (ended === undefined) return
  if (output.format === 'table') output.record(ended, [['', progressText(ended)]])
  checkEnd(ended)
}

function showRun({ output }: Session, shown: LoggedRun): void {
  output.record(shown, runFields(shown))
}

function userOf({ world }: Session): string | undefined {
  return world.env.USER || undefined
}

function collectGroup(text: string, groups: readonly string[] = []): readonly string[] {
  return [...groups, groupArgument(text)]
}

function rateArgument(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text) && Number(text) <= 1_000_000) return Number(text)
  throw new InvalidArgumentError('Write a whole number from 1 to 1000000.')
}
