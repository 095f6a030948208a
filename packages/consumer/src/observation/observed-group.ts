import type { GroupState, TopicPartition } from '@house-helper/events-core'
import type { Announcement } from '../membership/announcement.ts'
import type { Progress } from '../progress/commit-metadata.ts'

/** A member of a group as it can be seen from outside. */
export interface ObservedMember {
  readonly id: string
  readonly clientId: string
  readonly host: string
  /** Of the topics that were looked at. Empty while the group shares its partitions anew. */
  readonly partitions: readonly TopicPartition[]
  /** Undefined for a client that is no subscriber of ours, and while the group shares its partitions anew. */
  readonly announcement: Announcement | undefined
}

/** How far a group is in one partition. */
export interface ObservedPartition extends TopicPartition {
  /** The first offset that the partition still has. */
  readonly low: number
  /** The offset that its next message gets. */
  readonly high: number
  /** What the group has committed: the offset below which all is done. Undefined where it never did. */
  readonly committed: number | undefined
  /** What the commit says of the offsets above it; undefined where a foreign client committed. */
  readonly progress: Progress | undefined
  /** Messages that still lie there and are not committed. */
  readonly lag: number
}

/** A consumer group of our topics, as it can be seen from outside. */
export interface ObservedGroup {
  readonly groupId: string
  readonly state: GroupState
  readonly members: readonly ObservedMember[]
  /** Those of our topics that a member receives now; undefined where that is not known: without members, or while they share. */
  readonly receives: readonly string[] | undefined
  /** Each partition of the topics that it receives or has committed in, its inbox included. */
  readonly partitions: readonly ObservedPartition[]
}

/** A group that could not be looked at, and why: a missing right, as a rule. */
export interface HiddenGroup {
  readonly groupId: string
  readonly problem: { readonly code: string; readonly message: string }
}

/** What was seen of the groups of our topics. */
export interface Observation {
  /** By name. */
  readonly groups: readonly ObservedGroup[]
  readonly hidden: readonly HiddenGroup[]
  /** When the observation began: what happened since may be missing. */
  readonly at: Date
}
