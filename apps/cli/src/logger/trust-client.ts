import { z } from 'zod'
import type { Session } from '../world.ts'
import { type LoggerStream, loggerStream, setQuery } from './logger-api.ts'
import { loggerUrlFromEnv } from './logger-settings.ts'
import { unlessSilent } from './silence.ts'
import { readSteps } from './step-lines.ts'

const count = z.int().nonnegative()
const place = { topic: z.string(), partition: count }
const findingSchema = z.looseObject({
  ...{ ...place, generation: count, kind: z.string(), from: count, to: count },
  ...{ inTopic: z.boolean(), detail: z.string() },
})
const progress = z.object({
  kind: z.literal('progress'),
  progress: z.looseObject({ ...place, generation: count, next: count, end: count }),
})
const found = z.object({ kind: z.literal('finding'), finding: findingSchema })
const verdictSchema = z.looseObject({
  ...{ ...place, next: count, messages: count, compared: count, removed: count, gaps: count, findings: count },
  ...{ heads: z.object({ proved: count, unproved: count }), topicIsSame: z.boolean() },
})
const verificationSchema = z.discriminatedUnion('kind', [
  progress,
  found,
  z.object({ kind: z.literal('partition'), partition: verdictSchema }),
  z.object({
    kind: z.literal('summary'),
    summary: z.looseObject({ partitions: count, messages: count, compared: count, removed: count, findings: count }),
  }),
])
const backfillSchema = z.discriminatedUnion('kind', [
  progress,
  found,
  z.object({
    kind: z.literal('backfilled'),
    message: z.looseObject({ ...place, offset: count, outcome: z.string() }),
  }),
  z.object({
    kind: z.literal('summary'),
    summary: z.looseObject({ found: count, backfilled: count, gone: count }),
  }),
])
const removed = { records: count, quarantined: count }
const domainSchema = z.looseObject({
  ...{ domain: z.string(), topic: z.string(), cutoff: z.string(), ...removed },
  ...{ oldest: z.string().nullish(), newest: z.string().nullish(), oldestKept: z.string().nullish() },
  removedBefore: z.looseObject(removed),
})
const retentionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('policy'), policy: z.looseObject({ asked: z.string(), applied: z.string() }) }),
  z.object({ kind: z.literal('progress'), progress: z.looseObject({ ...place, ...removed }) }),
  z.object({ kind: z.literal('domain'), domain: domainSchema }),
  z.object({ kind: z.literal('summary'), summary: z.looseObject(removed) }),
])

/** Something that is wrong with the log, as the logger tells it. */
export type LogFinding = z.infer<typeof findingSchema>
/** What a verification says of one partition. */
export type LogVerdict = z.infer<typeof verdictSchema>
/** A step of a verification. */
export type VerificationLine = z.infer<typeof verificationSchema>
/** A step of a backfill. */
export type BackfillLine = z.infer<typeof backfillSchema>
/** What retention would do to one domain. */
export type RetainedDomain = z.infer<typeof domainSchema>
/** A step of a preview of retention. */
export type RetentionLine = z.infer<typeof retentionSchema>

/** Asks the event logger to verify its log, to record what it lacks, and what retention would remove. */
export interface TrustClient {
  verify(topic: string | undefined): AsyncIterable<VerificationLine>
  backfill(request: { readonly topic: string | undefined; readonly isDryRun: boolean }): AsyncIterable<BackfillLine>
  retention(keep: string | undefined): AsyncIterable<RetentionLine>
}

/** Makes the client that a session's commands ask; an answer that is left is ended at the logger too. */
export function trustClientOf({ world, timeoutMs }: Pick<Session, 'world' | 'timeoutMs'>): TrustClient {
  const baseUrl = loggerUrlFromEnv(world.env)
  const open = loggerStream(world.fetch)
  const urlOf = (path: string, query: Readonly<Record<string, string | undefined>> = {}): URL => {
    const url = new URL(`api/v1/${path}`, baseUrl)
    setQuery(url, query)
    return url
  }
  const steps = <Step extends { readonly kind: string }>(
    what: string,
    schema: z.ZodType<Step>,
    ask: (open: LoggerStream, signal: AbortSignal) => ReturnType<LoggerStream>,
  ): AsyncIterable<Step> => answerSteps((signal) => ask(open, signal), { schema, what, timeoutMs })
  return {
    verify: (topic) =>
      steps('The verification', verificationSchema, (open, signal) => open(urlOf('verification', { topic }), signal)),
    backfill: ({ topic, isDryRun }) => {
      const command = { isDryRun, ...(topic === undefined ? {} : { topics: [topic] }) }
      return steps('The backfill', backfillSchema, (open, signal) => open(urlOf('backfills'), signal, {}, command))
    },
    retention: (keep) =>
      steps('The preview', retentionSchema, (open, signal) => open(urlOf('retention', { keep }), signal)),
  }
}

async function* answerSteps<Step extends { readonly kind: string }>(
  ask: (signal: AbortSignal) => ReturnType<LoggerStream>,
  reading: Parameters<typeof readSteps<Step>>[1],
): AsyncGenerator<Step, void> {
  const leaving = new AbortController()
  try {
    yield* readSteps(await unlessSilent(ask(leaving.signal), reading.timeoutMs), reading)
  } finally {
    leaving.abort()
  }
}
