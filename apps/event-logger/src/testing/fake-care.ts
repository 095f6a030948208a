import type { BackfillStep, Finding, RetentionStep, VerificationStep } from '@house-helper/event-log'
import type { LogCare } from '../log-care.ts'

const place = { topic: 'house-helper.tasks', partition: 1 }
const finding: Finding = {
  ...{ ...place, generation: 2, kind: 'missing' as const, from: 5, to: 7, inTopic: true },
  detail: 'the message is not stored',
}

/** A step of each kind, as a verification of one partition gives them. */
export const verificationSteps: readonly VerificationStep[] = [
  { kind: 'finding', finding },
  { kind: 'progress', progress: { ...place, generation: 2, next: 42, end: 42 } },
  {
    kind: 'partition',
    partition: {
      ...{ ...place, generations: 2, next: 42, entries: 3, messages: 40, compared: 38, removed: 0, gaps: 2 },
      ...{ heads: { proved: 2, unproved: 1 }, topicIsSame: true, findings: 1 },
    },
  },
  { kind: 'summary', summary: { partitions: 1, messages: 40, compared: 38, removed: 0, findings: 1 } },
]

/** A step of each kind, as a backfill gives them. */
export const backfillSteps: readonly BackfillStep[] = [
  { kind: 'finding', finding },
  { kind: 'backfilled', message: { ...place, generation: 2, offset: 5, reason: 'missing', outcome: 'recorded' } },
  { kind: 'progress', progress: { ...place, generation: 2, next: 42, end: 42 } },
  { kind: 'summary', summary: { found: 2, backfilled: 1, gone: 0 } },
]

/** A step of each kind, as a preview of retention gives them. */
export const retentionSteps: readonly RetentionStep[] = [
  { kind: 'progress', progress: { ...place, records: 2, quarantined: 1 } },
  {
    kind: 'domain',
    domain: {
      ...{ domain: 'tasks', topic: place.topic, keepMs: 86_400_000, records: 2, quarantined: 1 },
      ...{ cutoff: new Date('2026-01-30T00:00:00Z'), oldest: new Date('2025-12-01T00:00:00Z') },
      ...{ newest: new Date('2026-01-29T00:00:00Z'), oldestKept: undefined },
      removedBefore: { records: 4, quarantined: 0 },
    },
  },
  { kind: 'summary', summary: { records: 2, quarantined: 1 } },
]

/** Care of a log that is always the same; it notes what it was asked. */
export function fakeCare(asked: unknown[] = []): LogCare {
  return {
    topicPrefix: 'house-helper',
    domainNames: ['tasks', 'bills'],
    policy: [{ domain: 'bills', keepMs: 7_200_000 }],
    async *verify({ topics }) {
      asked.push(['verify', topics])
      yield* verificationSteps
    },
    async *backfill({ topics, isDryRun }) {
      asked.push(['backfill', topics, isDryRun])
      yield* backfillSteps
    },
    async *previewRetention({ policy }) {
      asked.push(['retention', policy])
      yield* retentionSteps
    },
  }
}
