import { within } from './deadline.ts'
import { CliError } from './errors.ts'
import { exitCodes } from './exit-code.ts'
import { confirmed } from './input/confirmation.ts'
import {
  type CommandResult,
  createDeadClient,
  type DeadLetterCommand,
  type DeadLetterFilter,
} from './logger/dead-client.ts'
import { loggerUrlFromEnv } from './logger/logger-settings.ts'
import { deadLetterColumns } from './text/dead-columns.ts'
import type { Output } from './text/output.ts'
import type { Session } from './world.ts'

/** What `dead redrive` and `dead discard` take beside ids. */
export interface CommandOptions extends DeadLetterFilter {
  readonly rate?: number
  readonly limit?: number
  readonly dryRun?: true
  readonly yes?: true
}

type Verb = 'redrive' | 'discard'
type Ask = (command: DeadLetterCommand) => Promise<CommandResult>
type Outcome = Pick<CommandResult, 'matched' | 'changed' | 'skipped'>

/** How long the event logger works on one call before it answers. */
const WORK_MS = 5_000
/** Above this, a person is asked. */
const FEW = 1
const done = { redrive: 'redriven', discard: 'discarded' } as const

/** Redrives or discards dead letters, call by call, having asked a person where a filter finds more than one. */
export async function carryOut(
  session: Session,
  verb: Verb,
  ids: readonly string[],
  options: CommandOptions,
): Promise<void> {
  const { world, output, timeoutMs, finish } = session
  const { rate: ratePerSecond, limit, dryRun, yes, ...filter } = options
  const aim = aimOf(ids, filter)
  const client = createDeadClient(loggerUrlFromEnv(world.env), world.fetch)
  const ask: Ask = (more) =>
    within(timeoutMs + WORK_MS, 'Asking the event logger', (allowance) =>
      client.command(verb, { ...aim, ratePerSecond, by: world.env.USER || undefined, ...more }, allowance),
    )
  if (dryRun) return showDryRun(output, verb, await ask({ dryRun: true, limit }))
  if (ids.length === 0 && !yes) {
    const { matched } = await ask({ dryRun: true })
    const count = Math.min(matched, limit ?? matched)
    const question = `${verb === 'redrive' ? 'Redrive' : 'Discard'} ${count} dead letters?`
    if (count > FEW && !(await confirmed(world, question))) return output.note('Nothing was done.')
  }
  const outcome = await untilDone(ask, limit, (changed, matched) =>
    output.note(`${changed} of ${matched} ${done[verb]}`),
  )
  showOutcome(output, verb, outcome)
  if (outcome.problem) {
    const { code, message } = outcome.problem
    throw new CliError(
      'STOPPED_EARLY',
      `${outcome.changed} of ${outcome.matched} were ${done[verb]}, then it stopped (${code}): ${message}`,
    )
  }
  if (outcome.skipped.length > 0) finish(exitCodes.failure)
}

function aimOf(ids: readonly string[], filter: DeadLetterFilter): Pick<DeadLetterCommand, 'ids' | 'filter'> {
  const hasFilter = Object.values(filter).some((value) => value !== undefined)
  if (ids.length > 0 === hasFilter) {
    throw new CliError(
      'USAGE',
      'Give either ids, or options that say which dead letters are meant: --group, --type and others.',
    )
  }
  return hasFilter ? { filter } : { ids }
}

/**
 * Calls again until all is done. At most as many as matched at first: what comes to the dead letters meanwhile, maybe
 * from the very handlers that failed again, is left for another time.
 */
async function untilDone(
  ask: Ask,
  limit: number | undefined,
  progress: (changed: number, matched: number) => void,
): Promise<Outcome & Pick<CommandResult, 'problem'>> {
  const first = await ask({ limit })
  const matched = Math.min(first.matched, limit ?? first.matched)
  let { changed, next, problem } = first
  const skipped = [...first.skipped]
  while (next && !problem && changed < matched) {
    progress(changed, matched)
    const result: CommandResult = await ask({ cursor: next, limit: matched - changed })
    changed += result.changed
    skipped.push(...result.skipped)
    ;({ next, problem } = result)
  }
  return { matched, changed, skipped, problem }
}

function showDryRun(output: Output, verb: Verb, { matched, skipped, sample }: CommandResult): void {
  if (output.format === 'ndjson') output.record({ dryRun: true, matched, skipped, sample }, [])
  else output.rows(deadLetterColumns, sample)
  warnSkipped(output, skipped)
  output.note(`${matched} would be ${done[verb]}; nothing was changed.`)
}

function showOutcome(output: Output, verb: Verb, { matched, changed, skipped }: Outcome): void {
  output.record({ matched, [done[verb]]: changed, skipped }, [
    ['matched', String(matched)],
    [done[verb], String(changed)],
  ])
  warnSkipped(output, skipped)
}

function warnSkipped(output: Output, skipped: CommandResult['skipped']): void {
  for (const { id, reason } of skipped) output.warn(`${id} is left as it is: ${sentences[reason] ?? reason}`)
}

const sentences: Readonly<Record<string, string>> = {
  'not-found': 'there is no dead letter with this id.',
  redriven: 'it is redriven already.',
  discarded: 'it is discarded already.',
  unreadable: 'it cannot be read, and so not be redriven; hh-events dead show says why.',
  busy: 'another command has it in work; try again in a minute.',
  'too-large': "the group's inbox topic takes no message of its size; raise its max.message.bytes.",
}
