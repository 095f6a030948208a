import {
  applyRetention,
  type BackfillStep,
  backfillLog,
  type RetentionPolicy,
  type RetentionStep,
  type VerificationStep,
  verifyLog,
} from '@house-helper/event-log'
import type { Domain, Transport } from '@house-helper/events-core'
import type { Db } from 'mongodb'

/** Which topics a verification or backfill goes through, and what ends it. */
export interface CareRequest {
  /** Topics by their full names; undefined: every one that is recorded. */
  readonly topics: readonly string[] | undefined
  readonly signal: AbortSignal
}

/** Verifies the log, records what it lacks, and says what retention would remove, step by step, as the answer is read. */
export interface LogCare {
  /** What topic names begin with. */
  readonly topicPrefix: string
  /** The domains that a retention policy can name. */
  readonly domainNames: readonly string[]
  /** What the logger removes by; empty: it keeps everything. */
  readonly policy: RetentionPolicy
  verify(request: CareRequest): AsyncIterable<VerificationStep>
  backfill(request: CareRequest & { readonly isDryRun: boolean }): AsyncIterable<BackfillStep>
  /** Removes nothing. */
  previewRetention(request: {
    readonly policy: RetentionPolicy
    readonly signal: AbortSignal
  }): AsyncIterable<RetentionStep>
}

/** What {@link createLogCare} takes. */
export interface LogCareOptions {
  readonly db: Db
  readonly transport: Transport
  /** Contracts that a backfill judges by, as the recorder has them. */
  readonly domains: readonly Domain[]
  readonly policy: RetentionPolicy
}

/** Makes the care of a log; it holds nothing open. */
export function createLogCare({ db, transport, domains, policy }: LogCareOptions): LogCare {
  const { topicPrefix } = transport
  return {
    topicPrefix,
    domainNames: domains.map(({ name }) => name),
    policy,
    verify: (request) => verifyLog({ db, transport, ...request }),
    backfill: (request) => backfillLog({ db, transport, domains, ...request }),
    previewRetention: (request) => applyRetention({ db, topicPrefix, isDryRun: true, ...request }),
  }
}
