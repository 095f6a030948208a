import type { Transport } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { collections } from '../collections.ts'
import { readRecorded } from '../coverage.ts'
import { LogError } from '../errors.ts'
import { headChain } from '../head.ts'
import { removalCollection } from '../retention/removal.ts'
import { checkPartition, type PartitionStep, readState } from './partition-check.ts'
import type { VerificationParts } from './verification-parts.ts'

/** What {@link verifyLog} takes. */
export interface VerifyOptions {
  readonly db: Db
  /** Reads the topics; nothing is written, and no group is joined. */
  readonly transport: Transport
  /** Topics by their full names. Default: every one that is recorded. */
  readonly topics?: readonly string[] | undefined
  /** How long one query of MongoDB may take, in milliseconds. Default 30,000. */
  readonly maxTimeMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What verifying has found, all in all. */
export interface VerificationSummary {
  readonly partitions: number
  readonly messages: number
  readonly compared: number
  /** Messages that retention has removed. */
  readonly removed: number
  readonly findings: number
}

/** What verifying tells as it goes on; `summary` is the last. */
export type VerificationStep = PartitionStep | { readonly kind: 'summary'; readonly summary: VerificationSummary }

/**
 * Compares record, ledger and topic, partition by partition and message by message, and computes the ledger's heads anew.
 *
 * Each partition is checked up to what was recorded of it when its turn came. What the topic no longer holds is checked
 * against the ledger alone: a head proves that what is stored is what was recorded. What retention has removed is counted
 * and is no finding. Memory is bounded by two stretches of
 * 2,000 messages.
 *
 * @throws LogError `LOG_QUERY_INVALID` for a topic that is not recorded, `LOG_QUERY_TIMEOUT`, `LOG_UNREACHABLE`,
 * `LOG_DOCUMENT_INVALID` and `LOG_LEDGER_INVALID`; TransportError where Kafka cannot be read.
 */
export async function* verifyLog(options: VerifyOptions): AsyncGenerator<VerificationStep, void> {
  const parts = verificationParts(options)
  const recorded = await readRecorded(parts.collections, parts.maxTimeMs)
  const places = recorded.filter(({ topic }) => options.topics?.includes(topic) ?? true)
  const unknown = options.topics?.find((topic) => !places.some((place) => place.topic === topic))
  if (unknown !== undefined) {
    const names = [...new Set(recorded.map(({ topic }) => topic))].join(', ')
    const detail = names === '' ? 'nothing is recorded yet' : `recorded are ${names}`
    throw new LogError('LOG_QUERY_INVALID', `Nothing is recorded of the topic ${JSON.stringify(unknown)}; ${detail}.`)
  }
  let summary: VerificationSummary = { partitions: 0, messages: 0, compared: 0, removed: 0, findings: 0 }
  for (const place of places) {
    for await (const step of checkPartition(await readState(place, parts), parts)) {
      if (step.kind === 'partition') summary = added(summary, step.partition)
      yield step
    }
  }
  yield { kind: 'summary', summary }
}

/** What verifying works with, of what its caller gave. */
function verificationParts({ db, transport, maxTimeMs = 30_000, signal }: VerifyOptions): VerificationParts {
  return {
    collections: collections(db),
    removals: removalCollection(db),
    transport,
    chain: headChain(),
    maxTimeMs,
    signal,
  }
}

function added(
  { partitions, messages, compared, removed, findings }: VerificationSummary,
  one: Omit<VerificationSummary, 'partitions'>,
): VerificationSummary {
  return {
    partitions: partitions + 1,
    messages: messages + one.messages,
    compared: compared + one.compared,
    removed: removed + one.removed,
    findings: findings + one.findings,
  }
}
