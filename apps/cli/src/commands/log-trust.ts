import type { Command } from 'commander'
import { exitCodes } from '../exit-code.ts'
import { confirmed } from '../input/confirmation.ts'
import {
  type BackfillLine,
  type LogFinding,
  type LogVerdict,
  type RetainedDomain,
  trustClientOf,
} from '../logger/trust-client.ts'
import { printable } from '../text/printable.ts'
import { type ProgressLine, progressLine } from '../text/progress-line.ts'
import { findingText, retentionColumns, verdictColumns } from '../text/trust-text.ts'
import type { Session } from '../world.ts'

interface BackfillOptions {
  readonly topic?: string
  readonly dryRun?: true
  readonly yes?: true
}

const TOPIC = 'only this one: a domain such as tasks, or the whole name'

/** Adds `log verify`, `log backfill` and `log retention`. */
export function addTrustCommands(log: Command, session: (command: Command) => Session): void {
  log
    .command('verify')
    .description('compare record, ledger and topic, message by message; ends with 1 where anything is wrong')
    .option('--topic <name>', TOPIC)
    .addHelpText('after', '\nExamples:\n  hh-events log verify\n  hh-events log verify --topic tasks --json')
    .action(({ topic }: { readonly topic?: string }, command: Command) => verify(session(command), topic))
  log
    .command('backfill')
    .description('record what the log lacks and Kafka still has')
    .option('--topic <name>', TOPIC)
    .option('--dry-run', 'only say what would be recorded')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExamples:\n  hh-events log backfill --dry-run\n  hh-events log backfill --topic tasks --yes',
    )
    .action((options: BackfillOptions, command: Command) => backfill(session(command), options))
  log
    .command('retention')
    .description('say what retention would remove, domain by domain; removes nothing')
    .option('--keep <policy...>', 'such as tasks=365d timers=90d (default: what the logger removes by)')
    .addHelpText('after', '\nExample:\n  hh-events log retention --keep tasks=365d timers=90d')
    .action(({ keep }: { readonly keep?: readonly string[] }, command: Command) =>
      previewRetention(session(command), keep?.join(' ')),
    )
}

async function verify(session: Session, topic: string | undefined): Promise<void> {
  const { world, output, finish } = session
  const line = progressLine(world)
  const verdicts: LogVerdict[] = []
  try {
    for await (const step of trustClientOf(session).verify(topic)) {
      if (step.kind === 'progress') line.show(progressText(step.progress))
      else if (step.kind === 'finding') showFinding(session, line, step.finding)
      else if (output.format === 'ndjson') output.record(step, [])
      else if (step.kind === 'partition') verdicts.push(step.partition)
      if (step.kind !== 'summary') continue
      line.clear()
      if (output.format === 'table') output.rows(verdictColumns, verdicts)
      const { messages, partitions, findings } = step.summary
      const outcome = findings === 0 ? 'Nothing is wrong' : `${findings} ${findings === 1 ? 'finding' : 'findings'}`
      output.note(`${outcome} in ${messages} messages of ${partitions} partitions.`)
      if (findings > 0) finish(exitCodes.failure)
    }
  } finally {
    line.clear()
  }
}

async function backfill(session: Session, { topic, dryRun, yes }: BackfillOptions): Promise<void> {
  const { world, output, finish } = session
  const client = trustClientOf(session)
  const isDryRun = dryRun === true
  if (!isDryRun && !yes) {
    const { found } = await summaryOf(session, client.backfill({ topic, isDryRun: true }))
    if (found === 0) return output.note('Nothing that Kafka still has is missing.')
    if (!(await confirmed(world, `Record ${found} messages?`))) return output.note('Nothing was done.')
  }
  const { found, backfilled, gone } = await summaryOf(session, client.backfill({ topic, isDryRun }), true)
  output.note(isDryRun ? `${found} would be recorded; nothing was changed.` : `${backfilled} of ${found} recorded.`)
  if (gone === 0) return
  output.warn(`${gone} are missing that Kafka has no more; hh-events log verify says which.`)
  finish(exitCodes.failure)
}

type BackfillSummary = Extract<BackfillLine, { kind: 'summary' }>['summary']

/** Goes through a backfill, showing what it does where that is wanted. */
async function summaryOf(session: Session, steps: AsyncIterable<BackfillLine>, isShown = false) {
  const { world, output } = session
  const line = progressLine(world)
  let summary: BackfillSummary = { found: 0, backfilled: 0, gone: 0 }
  try {
    for await (const step of steps) {
      if (step.kind === 'progress') line.show(progressText(step.progress))
      if (step.kind === 'summary') summary = step.summary
      if (!isShown || step.kind === 'progress') continue
      if (step.kind === 'finding') showFinding(session, line, step.finding)
      else if (output.format === 'ndjson') output.record(step, [])
    }
  } finally {
    line.clear()
  }
  return summary
}

async function previewRetention(session: Session, keep: string | undefined): Promise<void> {
  const { world, output } = session
  const line = progressLine(world)
  const domains: RetainedDomain[] = []
  let applied = ''
  try {
    for await (const step of trustClientOf(session).retention(keep)) {
      if (step.kind === 'progress') line.show(`${step.progress.topic}/${step.progress.partition} …`)
      else if (output.format === 'ndjson') output.record(step, [])
      if (step.kind === 'policy') applied = step.policy.applied
      if (step.kind === 'domain') domains.push(step.domain)
    }
  } finally {
    line.clear()
  }
  if (output.format === 'table') output.rows(retentionColumns, domains)
  output.note(
    applied === ''
      ? 'Nothing was removed: the logger keeps everything, since EVENT_LOG_RETENTION is not set there.'
      : `Nothing was removed by this; the logger removes by EVENT_LOG_RETENTION="${applied}".`,
  )
}

function showFinding({ world, output }: Session, line: ProgressLine, finding: LogFinding): void {
  line.clear()
  if (output.format === 'ndjson') output.record({ kind: 'finding', finding }, [])
  else world.stdout.write(`${printable(findingText(finding))}\n`)
}

function progressText({
  topic,
  partition,
  next,
  end,
}: {
  readonly topic: string
  readonly partition: number
  readonly next: number
  readonly end: number
}): string {
  return `${topic}/${partition}: ${next} of ${end}`
}
