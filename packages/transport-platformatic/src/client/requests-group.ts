import type { ApiName } from '@house-helper/transport-kafka'
import { type ClientRequest, translated } from './client-request.ts'
import type { Library } from './library.ts'

type GroupApi = Extract<
  ApiName,
  | 'DescribeGroups'
  | 'GroupCoordinator'
  | 'Heartbeat'
  | 'JoinGroup'
  | 'LeaveGroup'
  | 'ListGroups'
  | 'OffsetCommit'
  | 'OffsetFetch'
  | 'SyncGroup'
>

interface Member {
  readonly groupId: string
  readonly memberId: string
}

interface JoinArgs extends Member {
  readonly sessionTimeout: number
  readonly rebalanceTimeout: number
  readonly protocolType: string
  readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[]
}

interface SyncArgs extends Member {
  readonly generationId: number
  readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[]
}

interface CommitArgs extends Member {
  readonly groupGenerationId: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly { partition: number; offset: string; metadata: string }[]
  }[]
}

interface OffsetsArgs {
  readonly groupId: string
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly { partition: number }[] }[]
}

const NO_EPOCH = -1
const COORDINATOR_OF_GROUP = 0

/** The requests about groups. */
export function groupRequests(library: Library): Record<GroupApi, ClientRequest> {
  return {
    ...membershipRequests(library),
    ...positionRequests(library),
    GroupCoordinator: translated(
      library.findCoordinatorV2.api,
      (ask, { groupId }: { groupId: string }) => ask(COORDINATOR_OF_GROUP, [groupId]),
      ({ coordinators: [coordinator] }) => ({ coordinator }),
    ),
    ListGroups: translated(
      library.listGroupsV2.api,
      (ask) => ask([], []),
      ({ groups }) => ({ groups }),
    ),
    DescribeGroups: translated(
      library.describeGroupsV4.api,
      (ask, { groupIds }: { groupIds: readonly string[] }) => ask([...groupIds], false),
      ({ groups }) => ({ groups: groups.map(({ groupState, members }) => ({ state: groupState, members })) }),
    ),
  }
}

function membershipRequests(library: Library) {
  return {
    JoinGroup: translated(
      library.joinGroupV5.api,
      (ask, { groupId, sessionTimeout, rebalanceTimeout, memberId, protocolType, groupProtocols }: JoinArgs) =>
        ask(groupId, sessionTimeout, rebalanceTimeout, memberId, null, protocolType, [...groupProtocols], null),
      ({ errorCode, generationId, leader, memberId, members }) => ({
        ...{ errorCode, generationId, leaderId: leader, memberId },
        members: members.map(({ memberId: id, metadata }) => ({ memberId: id, memberMetadata: metadata })),
      }),
    ),
    SyncGroup: translated(
      library.syncGroupV3.api,
      (ask, { groupId, generationId, memberId, groupAssignment }: SyncArgs) =>
        ask(
          groupId,
          generationId,
          memberId,
          null,
          null,
          null,
          groupAssignment.map(({ memberId: id, memberAssignment }) => ({ memberId: id, assignment: memberAssignment })),
        ),
      ({ assignment }) => ({ memberAssignment: assignment }),
    ),
    Heartbeat: translated(
      library.heartbeatV3.api,
      (ask, { groupId, groupGenerationId, memberId }: Member & { groupGenerationId: number }) =>
        ask(groupId, groupGenerationId, memberId, null),
      (answer) => answer,
    ),
    LeaveGroup: translated(
      library.leaveGroupV2.api,
      (ask, { groupId, memberId }: Member) => ask(groupId, [{ memberId, groupInstanceId: null, reason: null }]),
      (answer) => answer,
    ),
  }
}

function positionRequests(library: Library) {
  return {
    OffsetCommit: translated(
      library.offsetCommitV6.api,
      (ask, { groupId, groupGenerationId, memberId, topics }: CommitArgs) =>
        ask(
          groupId,
          groupGenerationId,
          memberId,
          null,
          topics.map(({ topic, partitions }) => ({
            name: topic,
            partitions: partitions.map(({ partition, offset, metadata }) => ({
              ...{ partitionIndex: partition, committedOffset: BigInt(offset) },
              ...{ committedLeaderEpoch: NO_EPOCH, committedMetadata: metadata },
            })),
          })),
        ),
      (answer) => answer,
    ),
    OffsetFetch: translated(
      library.offsetFetchV5.api,
      (ask, { groupId, topics }: OffsetsArgs) =>
        ask(
          [
            {
              groupId,
              topics: topics.map(({ topic, partitions }) => ({
                name: topic,
                partitionIndexes: partitions.map(({ partition }) => partition),
              })),
            },
          ],
          false,
        ),
      ({ topics }) => ({
        responses: (topics ?? []).map(({ name, partitions }) => ({
          topic: name,
          partitions: partitions.map(({ partitionIndex, committedOffset, metadata }) => ({
            ...{ partition: partitionIndex, offset: String(committedOffset), metadata },
          })),
        })),
      }),
    ),
  }
}
