import type { GroupDescription, GroupMember, GroupState } from '@house-helper/events-core'
import { readMemberAssignment, readMemberMetadata } from './receiver/consumer-protocol.ts'
import type { Wire } from './wire/wire.ts'

/** Kafka's words for the states of a group. `Dead` is also its answer about a group that does not exist. */
const states: Readonly<Record<string, GroupState>> = {
  Stable: 'stable',
  Empty: 'empty',
  PreparingRebalance: 'rebalancing',
  CompletingRebalance: 'rebalancing',
}

/** Groups that only commit have no protocol at all; those of Kafka Connect and the like receive nothing. */
const consumerProtocols = new Set(['consumer', ''])

/** Asks every broker for the groups that it coordinates. */
export async function groupIds(wire: Wire, timeoutMs: number): Promise<string[]> {
  const { brokers } = await wire.metadata(undefined, timeoutMs)
  const lists = await Promise.all(
    brokers.map(async ({ nodeId }) => {
      const request = { target: { nodeId }, api: 'ListGroups', args: {} } as const
      const { groups } = (await wire.retrying(request, timeoutMs)) as {
        groups: { groupId: string; protocolType: string }[]
      }
      return groups.filter(({ protocolType }) => consumerProtocols.has(protocolType)).map(({ groupId }) => groupId)
    }),
  )
  return [...new Set(lists.flat())].sort()
}

interface Member {
  readonly memberId: string
  readonly clientId: string
  readonly clientHost: string
  readonly memberMetadata: Buffer | null
  readonly memberAssignment: Buffer | null
}

/** Asks a group's coordinator how it stands. */
export async function describeGroup(wire: Wire, groupId: string, timeoutMs: number): Promise<GroupDescription> {
  const place = { groupId, right: 'Describe' } as const
  const request = { target: { groupId }, api: 'DescribeGroups', args: { groupIds: [groupId] }, place } as const
  const { groups } = (await wire.retrying(request, timeoutMs)) as {
    groups: { state: string; members: Member[] }[]
  }
  const [group] = groups
  return { groupId, state: states[group?.state ?? ''] ?? 'unknown', members: (group?.members ?? []).map(memberOf) }
}

function memberOf({ memberId, clientId, clientHost, memberMetadata, memberAssignment }: Member): GroupMember {
  const wanted = decoded(memberMetadata, readMemberMetadata)
  const given = decoded(memberAssignment, readMemberAssignment)
  return {
    id: memberId,
    clientId,
    // Kafka writes the address as Java does, with a slash before it.
    host: clientHost.replace(/^\//, ''),
    topics: wanted?.topics ?? [],
    partitions: given ?? [],
    announcement: wanted?.announcement ?? new Uint8Array(),
  }
}

/** Reads what a member wrote; undefined where there is nothing, as while it joins, or nothing that can be read. */
function decoded<Value>(bytes: Buffer | null, decode: (bytes: Buffer) => Value): Value | undefined {
  if (bytes === null || bytes.length === 0) return undefined
  try {
    return decode(bytes)
  } catch (error) {
    // Whoever may join the group writes these bytes: one that writes others must not hide the rest.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
