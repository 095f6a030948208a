import { checkGroupId, isHouseHelperError } from '@house-helper/events-core'
import { z } from 'zod'
import { SubscriberError } from './errors.ts'
import type { Backoff, RetryOptions } from './retry-options.ts'

/** How a subscriber behaves, whatever it is connected to. */
export interface SubscriberSettings {
  /** The group that shares the work: the service's name. Default KAFKA_GROUP_ID; one of them has to be set. */
  readonly groupId?: string
  /** How many handlers run at a time, over all partitions. Default 16. */
  readonly concurrency?: number
  /** Events of one partition that are read and not done, at most; then its reading pauses. Default 2,000. */
  readonly maxPending?: number
  /** For handlers without settings of their own. */
  readonly retry?: RetryOptions
  /**
   * Whether an event that is given up goes to the group's dead-letter topic; else it holds its key. Default true: then
   * the group's inbox and dead-letter topics have to exist.
   */
  readonly deadLetters?: boolean
  /** The deadline of one attempt, in milliseconds, for handlers without one of their own. Default 30,000. */
  readonly timeoutMs?: number
  /** How long this member may be silent before its partitions go to others, in milliseconds. Default 10,000. */
  readonly sessionTimeoutMs?: number
  /** How often progress is committed, in milliseconds. Default 1,000. */
  readonly commitIntervalMs?: number
  /** How long messages may be waiting without any being read before the receiver is replaced. Default 60,000. */
  readonly stallTimeoutMs?: number
  /** How long `close()` may take altogether, in milliseconds; three quarters are for handlers. Default 8,000. */
  readonly closeTimeoutMs?: number
}

/** The settings with every default filled in. */
export interface CompleteSettings extends Required<Omit<SubscriberSettings, 'retry'>> {
  readonly retry: Backoff
}

const durationMs = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
const attempts = z.int().min(1).max(1_000_000)

const settingsSchema = z.object({
  groupId: z
    .string('is not set: give groupId, the name of the service, or set KAFKA_GROUP_ID')
    .superRefine((groupId, context) => {
      try {
        checkGroupId(groupId)
      } catch (error) {
        if (!isHouseHelperError(error)) throw error
        context.addIssue({ code: 'custom', message: error.message })
      }
    }),
  concurrency: z.int().min(1).max(100_000).default(16),
  maxPending: z.int().min(1).max(1_000_000).default(2000),
  retry: z
    .object({
      attempts: attempts.default(5),
      baseMs: durationMs.default(200),
      maxMs: durationMs.default(30_000),
      later: z
        .union([
          z.literal(false).transform(() => undefined),
          z.object({ delayMs: durationMs.default(60_000), attempts: attempts.default(3) }),
        ])
        .optional(),
    })
    .prefault({}),
  deadLetters: z.boolean().default(true),
  timeoutMs: durationMs.default(30_000),
  sessionTimeoutMs: durationMs.default(10_000),
  commitIntervalMs: durationMs.default(1000),
  stallTimeoutMs: durationMs.default(60_000),
  closeTimeoutMs: durationMs.default(8000),
})

/** The schema of a handler's own settings. */
export const handlerSettingsSchema: z.ZodType = z.object({
  retry: z
    .object({
      attempts: attempts.optional(),
      baseMs: durationMs.optional(),
      maxMs: durationMs.optional(),
      later: z
        .union([z.literal(false), z.object({ delayMs: durationMs.optional(), attempts: attempts.optional() })])
        .optional(),
    })
    .optional(),
  timeoutMs: durationMs.optional(),
  onReplay: z.enum(['handle', 'skip']).optional(),
  maxBatchEvents: z.int().min(1).max(100_000).optional(),
})

/**
 * Fills in what is not given.
 *
 * @throws SubscriberError `SETTINGS_INVALID` naming every setting that is wrong.
 */
export function completeSettings(
  given: SubscriberSettings,
  env: Readonly<Record<string, string | undefined>> = process.env,
): CompleteSettings {
  const groupId = given.groupId ?? (env.KAFKA_GROUP_ID?.trim() || undefined)
  const result = settingsSchema.safeParse({ ...given, groupId })
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new SubscriberError('SETTINGS_INVALID', `Settings of the subscriber are wrong: ${issues.join('; ')}.`)
}
