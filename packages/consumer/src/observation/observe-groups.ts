import {
  type Admin,
  type GroupDescription,
  isHouseHelperError,
  type PartitionRange,
  type Transport,
  topicNames,
} from '@house-helper/events-core'
import { readAnnouncement } from '../membership/announcement.ts'
import { decodeProgress } from '../progress/commit-metadata.ts'
import type { HiddenGroup, Observation, ObservedGroup, ObservedMember, ObservedPartition } from './observed-group.ts'

/** The part of a Transport that observing takes. */
export type ObservedTransport = Pick<Transport, 'topicPrefix'> & {
  readonly admin: Pick<Admin, 'describeTopics' | 'ranges' | 'committed' | 'groupIds' | 'describeGroup'>
}

/** What {@link observeGroups} looks at. */
export interface ObservationOptions {
  /** These groups only, whether they exist or not. Default: every group that uses our topics. */
  readonly groupIds?: readonly string[]
}

/** Groups that are asked about at the same time: a cluster may have hundreds, most of them not ours. */
const WIDTH = 16

/**
 * Looks at the groups of our domain topics from outside: who is in them, what the members announced, and how far each
 * partition is. Nothing is joined or changed. A group that may not be seen is named with the reason.
 *
 * @throws TransportError where the broker cannot be asked at all.
 */
export async function observeGroups(
  transport: ObservedTransport,
  { groupIds }: ObservationOptions = {},
): Promise<Observation> {
  const { admin } = transport
  const at = new Date()
  const ours = await ourTopics(transport)
  const ranges = Map.groupBy(await admin.ranges([...ours]), ({ topic }) => topic)
  const waiting = [...(groupIds ?? (await knownGroups(transport, [...ours])))]
  const groups: ObservedGroup[] = []
  const hidden: HiddenGroup[] = []
  const work = async (): Promise<void> => {
    for (let groupId = waiting.pop(); groupId !== undefined; groupId = waiting.pop()) {
      const seen = await lookAt(transport, groupId, ranges)
      if ('problem' in seen) hidden.push(seen)
      else if (groupIds !== undefined || seen.partitions.length > 0) groups.push(seen)
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
  return { groups: groups.sort(byName), hidden: hidden.sort(byName), at }
}

/** Domain topics, and every inbox: a group's own is looked for among them. */
async function ourTopics({ admin, topicPrefix }: ObservedTransport): Promise<ReadonlySet<string>> {
  const { domainOf, inboxGroupOf } = topicNames(topicPrefix)
  const all = (await admin.describeTopics()).map(({ name }) => name)
  return new Set(all.filter((name) => domainOf(name) !== undefined || inboxGroupOf(name) !== undefined))
}

/** Brokers do not list groups that may not be seen; those with an inbox are known all the same, and named as hidden. */
async function knownGroups({ admin, topicPrefix }: ObservedTransport, topics: readonly string[]): Promise<Set<string>> {
  const { inboxGroupOf } = topicNames(topicPrefix)
  const ofInboxes = topics.map(inboxGroupOf).filter((groupId) => groupId !== undefined)
  return new Set([...(await admin.groupIds()), ...ofInboxes])
}

async function lookAt(
  { admin, topicPrefix }: ObservedTransport,
  groupId: string,
  ranges: ReadonlyMap<string, readonly PartitionRange[]>,
): Promise<ObservedGroup | HiddenGroup> {
  const { inboxGroupOf } = topicNames(topicPrefix)
  // Another group's inbox is none of its business.
  const topics = [...ranges.keys()].filter((topic) => [undefined, groupId].includes(inboxGroupOf(topic)))
  try {
    const [description, commits] = await Promise.all([admin.describeGroup(groupId), admin.committed(groupId, topics)])
    const receives = receivedBy(description, topics)
    const used = new Set([...(receives ?? []), ...commits.map(({ topic }) => topic)])
    const committed = new Map(commits.map((one) => [`${one.topic}/${one.partition}`, one]))
    return {
      groupId,
      state: description.state,
      members: description.members.map((member) => memberOf(member, topics)),
      receives,
      partitions: topics
        .filter((topic) => used.has(topic))
        .flatMap((topic) => ranges.get(topic) ?? [])
        .map((range) => partitionOf(range, committed.get(`${range.topic}/${range.partition}`))),
    }
  } catch (error) {
    if (!isHouseHelperError(error, 'NOT_AUTHORIZED')) throw error
    return { groupId, problem: { code: error.code, message: error.message } }
  }
}

function receivedBy({ state, members }: GroupDescription, topics: readonly string[]): string[] | undefined {
  if (state !== 'stable') return undefined
  const wanted = new Set(members.flatMap((member) => member.topics))
  return topics.filter((topic) => wanted.has(topic))
}

function memberOf(
  { id, clientId, host, partitions, announcement }: GroupDescription['members'][number],
  topics: readonly string[],
): ObservedMember {
  return {
    ...{ id, clientId, host },
    partitions: partitions.filter(({ topic }) => topics.includes(topic)),
    announcement: readAnnouncement(announcement),
  }
}

function partitionOf(
  { topic, partition, low, high }: PartitionRange,
  commit: { readonly offset: number; readonly metadata: string } | undefined,
): ObservedPartition {
  // What retention has deleted cannot be caught up with.
  const next = Math.max(commit?.offset ?? low, low)
  return {
    ...{ topic, partition, low, high },
    committed: commit?.offset,
    progress: commit === undefined ? undefined : decodeProgress(commit.offset, commit.metadata),
    lag: Math.max(0, high - next),
  }
}

function byName(a: { readonly groupId: string }, b: { readonly groupId: string }): number {
  return a.groupId < b.groupId ? -1 : 1
}
