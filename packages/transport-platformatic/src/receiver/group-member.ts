import type { CommittedPosition, ReceiverOptions, TopicPartition } from '@house-helper/events-core'
import {
  kafkaError,
  kafkaErrorOf,
  type Membership,
  pause,
  readMemberAssignment,
  readMemberMetadata,
  rebalanceTimeoutMs,
  type Wire,
  writeMemberAssignment,
  writeMemberMetadata,
} from '@house-helper/transport-kafka'
import { dealRoundRobin, ROUND_ROBIN } from './round-robin.ts'

/** What a member was given in a generation of its group. */
export interface Joined {
  readonly membership: Membership
  readonly partitions: readonly TopicPartition[]
  /** Whether this member has dealt the partitions: then it has to see when there are others. */
  readonly isLeader: boolean
}

/** What joining needs of the session. */
export interface JoinHooks {
  /** Called before a join goes out, each time; the join waits for it. */
  beforeJoin(): Promise<void>
  /** The id of a membership that was given up without leaving; the group may still wait for it. */
  formerMemberId(): string | undefined
  /** Whether the session has ended: then no other join goes out. */
  isEnded(): boolean
}

/** One member of a group, as it talks to the group's coordinator; every request is one attempt. */
export interface GroupMember {
  /** What the coordinator calls it; undefined until it has said so. */
  readonly memberId: string | undefined
  /** Joins until the group has given partitions; undefined where the session ended meanwhile. Rejects for good. */
  join(hooks: JoinHooks): Promise<Joined | undefined>
  heartbeat(membership: Membership): Promise<void>
  commit(membership: Membership, positions: readonly CommittedPosition[]): Promise<void>
  /** The group does not know this member any more: it joins as a new one. */
  forget(): void
}

interface JoinAnswer {
  readonly errorCode: number
  readonly generationId: number
  readonly leaderId: string
  readonly memberId: string
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]
}

const MEMBER_ID_REQUIRED = 79
const REJOIN_MS = 200
const ALLOWANCE_MS = 5_000
// So that several heartbeats fit into a session, each to where the coordinator has moved meanwhile.
const HEARTBEAT_SHARE = 0.25
const METADATA_TIMEOUT_MS = 10_000

const toJoinAnew = new Set(['ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS'])

/** Makes a member that talks over a wire of its own: a join holds up whatever else goes over the connection. */
export function createGroupMember(wire: Wire, options: Required<ReceiverOptions>): GroupMember {
  const { groupId, topics, sessionTimeoutMs, announcement } = options
  const target = { groupId }
  const place = { groupId, topics, right: 'Read' } as const
  const joinMs = rebalanceTimeoutMs(sessionTimeoutMs)
  let memberId: string | undefined

  async function askToJoin(id: string): Promise<JoinAnswer> {
    const args = {
      ...{ groupId, sessionTimeout: sessionTimeoutMs, rebalanceTimeout: joinMs, memberId: id },
      protocolType: 'consumer',
      groupProtocols: [{ name: ROUND_ROBIN, metadata: writeMemberMetadata({ topics, announcement }) }],
    }
    const parse = async (data: unknown): Promise<JoinAnswer> => {
      const answer = data as JoinAnswer
      if (answer.errorCode !== 0 && answer.errorCode !== MEMBER_ID_REQUIRED) throw kafkaError(answer.errorCode)
      return answer
    }
    return (await wire.once({ target, api: 'JoinGroup', args, place, parse }, joinMs + ALLOWANCE_MS)) as JoinAnswer
  }

  /** What the leader gives to each member, itself included. */
  async function deal({ members }: JoinAnswer) {
    const candidates = members.map(({ memberId: id, memberMetadata }) => ({
      memberId: id,
      topics: readMemberMetadata(memberMetadata).topics,
    }))
    const wanted = [...new Set(candidates.flatMap((candidate) => candidate.topics))].sort()
    const { topicMetadata } = await wire.metadata(wanted, METADATA_TIMEOUT_MS)
    const partitions = topicMetadata
      .flatMap(({ topic, partitionMetadata }) =>
        partitionMetadata.map(({ partitionId }) => ({ topic, partition: partitionId })),
      )
      .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
    return [...dealRoundRobin(candidates, partitions)].map(([id, given]) => ({
      ...{ memberId: id, memberAssignment: writeMemberAssignment(given) },
    }))
  }

  async function sync(answer: JoinAnswer): Promise<Joined> {
    const isLeader = answer.leaderId === answer.memberId
    const groupAssignment = isLeader ? await deal(answer) : []
    const { generationId } = answer
    const args = { groupId, generationId, memberId: answer.memberId, groupAssignment }
    const request = { target, api: 'SyncGroup', args, place } as const
    const { memberAssignment } = (await wire.once(request, joinMs + ALLOWANCE_MS)) as { memberAssignment: Buffer }
    const partitions = memberAssignment.length === 0 ? [] : readMemberAssignment(memberAssignment)
    return { membership: { memberId: answer.memberId, generationId }, partitions, isLeader }
  }

  /** One attempt to join; undefined where it has to be made again. */
  async function attempt(id: string): Promise<Joined | undefined> {
    try {
      const answer = await askToJoin(id)
      memberId = answer.memberId
      return answer.errorCode === MEMBER_ID_REQUIRED ? undefined : await sync(answer)
    } catch (error) {
      const failure = wire.errorOf(error, place)
      const type = kafkaErrorOf(failure)
      if (type === 'UNKNOWN_MEMBER_ID') memberId = ''
      else if (failure.canRetry) await pause(REJOIN_MS)
      else if (type === undefined || !toJoinAnew.has(type)) throw failure
      return undefined
    }
  }

  return {
    get memberId() {
      return memberId || undefined
    },
    async join(hooks) {
      for (;;) {
        await hooks.beforeJoin()
        if (hooks.isEnded()) return undefined
        // Empty where the group knew neither this one nor the former one.
        const joined = await attempt(memberId ?? hooks.formerMemberId() ?? '')
        if (hooks.isEnded()) return undefined
        if (joined) return joined
      }
    },
    async heartbeat({ memberId: id, generationId }) {
      const args = { groupId, groupGenerationId: generationId, memberId: id }
      await wire.once({ target, api: 'Heartbeat', args, place }, sessionTimeoutMs * HEARTBEAT_SHARE)
    },
    async commit({ memberId: id, generationId }, positions) {
      const grouped = Map.groupBy(positions, ({ topic }) => topic)
      const committed = [...grouped].map(([topic, of]) => ({
        topic,
        partitions: of.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata })),
      }))
      const args = { groupId, groupGenerationId: generationId, memberId: id, topics: committed }
      await wire.once({ target, api: 'OffsetCommit', args, place }, sessionTimeoutMs)
    },
    forget() {
      memberId = ''
    },
  }
}
