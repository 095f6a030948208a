import {
  type AssignedPartition,
  isHouseHelperError,
  type Position,
  type TopicPartition,
} from '@house-helper/events-core'
import { committedPositions } from '../admin.ts'
import { partitionKey } from '../partition-key.ts'
import type { Wire } from '../wire/wire.ts'
import type { PartitionFlow } from './partition-flow.ts'
import type { Membership } from './session.ts'

/** The partitions of one generation. */
export interface Assignment {
  readonly membership: Membership
  readonly flows: ReadonlyMap<string, PartitionFlow>
  /** Whether the listener knows of it: only then it may commit. */
  announced: boolean
  /** Set once the group moves on: the listener's last commit of this generation. */
  leaving: Promise<void> | undefined
}

/** Makes an assignment of which nothing flows yet. */
export function newAssignment(membership: Membership, partitions: readonly TopicPartition[]): Assignment {
  const flows = new Map(partitions.map((partition) => [partitionKey(partition), { ...partition, next: undefined }]))
  return { membership, flows, announced: false, leaving: undefined }
}

/** Whether a membership went on from one to the other without a generation between in which others had its partitions. */
export function isContinuous(before: Membership | undefined, now: Membership): boolean {
  return before?.memberId === now.memberId && now.generationId === before.generationId + 1
}

/** The partitions with what their group has committed, asked until it is known or `isWanted` says that it is over. */
export async function withCommitted(
  wire: Wire,
  groupId: string,
  { flows }: Assignment,
  isWanted: () => boolean,
  timeoutMs: number,
): Promise<AssignedPartition[]> {
  const byTopic = Map.groupBy(flows.values(), ({ topic }) => topic)
  const asked = [...byTopic].map(([topic, of]) => ({ topic, partitions: of.map(({ partition }) => ({ partition })) }))
  while (isWanted()) {
    try {
      const positions = await committedPositions(wire, groupId, asked, timeoutMs)
      const committed = new Map(positions.map((position) => [partitionKey(position), position]))
      return [...flows].map(([key, { topic, partition }]) => ({ topic, partition, committed: committed.get(key) }))
    } catch (error) {
      // Without the committed positions nothing can begin; the lease ends this when the group does.
      if (!isHouseHelperError(error) || !error.canRetry) throw error
    }
  }
  return []
}

/** Where each partition is read from: where the listener says, else where its group committed, else the beginning. */
export function startPositions(partitions: readonly AssignedPartition[], starts: readonly Position[]): Position[] {
  const chosen = new Map(starts.map((position) => [partitionKey(position), position.offset]))
  return partitions.map(({ topic, partition, committed }) => ({
    topic,
    partition,
    offset: chosen.get(partitionKey({ topic, partition })) ?? committed?.offset ?? 0,
  }))
}
