import type { TopicPartition } from '@house-helper/events-core'

/**
 * What can be wrong with a log.
 *
 * - `missing`: the ledger says that the message is recorded, and neither records nor quarantine have it.
 * - `different`: what is stored is not what the topic holds, byte for byte.
 * - `extra`: something is stored at an offset where, by the ledger or the topic, there is no message.
 * - `unrecorded`: the topic has a message where the ledger has a gap.
 * - `head-differs`: the stored messages do not lead to the head that the ledger has.
 * - `ledger-broken`: the ledger's entries do not follow one another, or do not lead to the partition's state.
 */
export const findingKinds = ['missing', 'different', 'extra', 'unrecorded', 'head-differs', 'ledger-broken'] as const

/** A kind of finding. */
export type FindingKind = (typeof findingKinds)[number]

/** Something wrong, and exactly where: the offsets are half-open, `to` is not in. */
export interface Finding extends TopicPartition {
  readonly kind: FindingKind
  readonly generation: number
  readonly from: number
  readonly to: number
  /** Whether the topic still has the messages, so that a backfill can record them. */
  readonly inTopic: boolean
  /** What is wrong there, as a sentence. */
  readonly detail: string
}

/** A finding without the partition that it is about. */
export type LocalFinding = Omit<Finding, 'topic' | 'partition' | 'generation'>

/** Joins findings of one kind and detail at consecutive offsets into one. */
export function joined(findings: readonly LocalFinding[]): LocalFinding[] {
  const ranges: LocalFinding[] = []
  for (const finding of findings) {
    const last = ranges.at(-1)
    const goesOn =
      last !== undefined &&
      last.kind === finding.kind &&
      last.detail === finding.detail &&
      last.inTopic === finding.inTopic &&
      last.to === finding.from
    if (goesOn) ranges[ranges.length - 1] = { ...last, to: finding.to }
    else ranges.push(finding)
  }
  return ranges
}
