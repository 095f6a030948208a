import { z } from 'zod'
import { checkQuery } from '../queries/query.ts'
import type { DeadLetterSummary } from './dead-letter.ts'
import { type DeadLetterFilter, filterSchema, type Place, readPlace } from './query.ts'

/** Which open dead letters a command is about, and how far it goes. */
export interface DeadLetterCommand {
  /** These ones, 1 to 500. Give either these or a filter. */
  readonly ids?: readonly string[] | undefined
  /** All that match; at least one field. */
  readonly filter?: DeadLetterFilter | undefined
  /** Changes nothing, and says how many match. Default false. */
  readonly dryRun?: boolean | undefined
  /** How many to change at most, 1 to 100,000. Default 100,000. */
  readonly limit?: number | undefined
  /** Who gives the command, for the dead letters' changes. A claim: nobody logs in. Default `unknown`. */
  readonly by?: string | undefined
  /** `next` of the call before, with the same ids or filter. */
  readonly cursor?: string | undefined
}

/** A {@link DeadLetterCommand} that sends. */
export interface RedriveCommand extends DeadLetterCommand {
  /** Events a second at most, 1 to 10,000. Default 100. */
  readonly ratePerSecond?: number | undefined
}

/** Why a dead letter that was named, or found, was left as it is. */
export type SkipReason = 'not-found' | 'redriven' | 'discarded' | 'unreadable' | 'busy' | 'too-large'

/** What a command did. One call works for a few seconds; `next` says how to go on where more is to be done. */
export interface CommandResult {
  /** Open dead letters that the command was about when this call began. */
  readonly matched: number
  /** How many of them are changed. */
  readonly changed: number
  /** Those that were left alone, with the reason; `busy`: another command has it in work, or had until a minute ago. */
  readonly skipped: readonly { readonly id: string; readonly reason: SkipReason }[]
  /** In a dry run: the first five, oldest first. */
  readonly sample: readonly DeadLetterSummary[]
  /** Why it ended early: a code and a sentence. What was changed until then is. */
  readonly problem: { readonly code: string; readonly message: string } | undefined
  /** The cursor of the next call; undefined where all is done. */
  readonly next: string | undefined
}

const commandFields = {
  ids: z
    .array(z.string().min(1).max(128))
    .min(1)
    .max(500)
    .transform((ids) => [...new Set(ids)].sort())
    .optional(),
  filter: filterSchema
    .refine((filter) => Object.values(filter).some((value) => value !== undefined), { error: 'must have a field' })
    .optional(),
  dryRun: z.boolean().default(false),
  limit: z.number().int().min(1).max(100_000).default(100_000),
  by: z.string().min(1).max(128).default('unknown'),
  cursor: z.string().min(1).max(4096).optional(),
}
const oneOfBoth = { error: 'give either ids or a filter' }
const discardSchema = z.strictObject(commandFields).refine(isAboutOne, oneOfBoth)
const redriveSchema = z
  .strictObject({ ...commandFields, ratePerSecond: z.number().int().min(1).max(10_000).default(100) })
  .refine(isAboutOne, oneOfBoth)

function isAboutOne({ ids, filter }: { ids?: unknown; filter?: unknown }): boolean {
  return (ids === undefined) !== (filter === undefined)
}

/** What a command is about: named dead letters, or those that a filter finds. */
export type Aim = { readonly ids: readonly string[] } | { readonly filter: DeadLetterFilter }

/** A command that was checked. */
export interface CheckedCommand {
  readonly aim: Aim
  readonly dryRun: boolean
  readonly limit: number
  readonly by: string
  readonly after: Place | undefined
}

/** Checks a discard; throws `LOG_QUERY_INVALID` or `LOG_CURSOR_INVALID`. */
export function checkDiscard(command: DeadLetterCommand): CheckedCommand {
  return checked(checkQuery(discardSchema, command))
}

/** Checks a redrive; throws `LOG_QUERY_INVALID` or `LOG_CURSOR_INVALID`. */
export function checkRedrive(command: RedriveCommand): CheckedCommand & { readonly ratePerSecond: number } {
  const { ratePerSecond, ...rest } = checkQuery(redriveSchema, command)
  return { ...checked(rest), ratePerSecond }
}

function checked({ ids, filter, cursor, ...rest }: z.output<typeof discardSchema>): CheckedCommand {
  const aim: Aim = ids === undefined ? { filter: filter ?? {} } : { ids }
  return { ...rest, aim, after: cursor === undefined ? undefined : readPlace(cursor, aimFields(aim)) }
}

/** What a cursor of a command belongs to. */
export function aimFields(aim: Aim): object {
  return 'ids' in aim ? aim : aim.filter
}
