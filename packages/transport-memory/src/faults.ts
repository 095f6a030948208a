import type { Position } from '@house-helper/events-core'
import type { AppendFault, AppendFaults, AppendPlace } from './append-faults.ts'
import type { Cluster } from './cluster.ts'
import type { Member } from './group.ts'
import { logOf } from './topic.ts'
import { turn } from './turn.ts'

/** Which members of a group a fault meets: the one at `index` in the order of joining, or all of them. */
export interface MemberPlace {
  readonly index?: number
}

/** What goes wrong in an in-memory broker, on demand: for tests of everything that stands on a Transport. */
export interface MemoryFaults {
  /** Makes the next appends fail. Returns a function that ends the fault. */
  failAppends(fault: AppendFault): () => void
  /**
   * Lets appends that come from now on get no answer, until the returned function is called or their own deadline has
   * passed; those that met the deadline are never written.
   */
  holdAppends(place?: AppendPlace): () => void
  /** The members' lease becomes uncertain: nothing is delivered, commits are `UNREACHABLE`. */
  suspend(groupId: string, reason: string, place?: MemberPlace): Promise<void>
  /** The lease is certain again. */
  thaw(groupId: string, place?: MemberPlace): Promise<void>
  /** The group puts the members out, as after an expired session; they join again. */
  lose(groupId: string, reason: string, place?: MemberPlace): Promise<void>
  /** Ends the members with an error, as a client's own defect would; their listeners get `fatal`. */
  fail(groupId: string, error: Error, place?: MemberPlace): Promise<void>
  /** Ends the members without a word to their listeners, as if their processes had been killed. */
  kill(groupId: string, place?: MemberPlace): Promise<void>
  /** Shares the partitions of a group anew. Resolves when every member has its share. */
  rebalance(groupId: string): Promise<void>
  /** Drops all messages of a partition before the position, as retention does. */
  truncate(position: Position): void
  /** Deletes a topic, with what groups committed for it, and makes it again with the same name. Members stay as they are. */
  remake(topic: string): void
  /** Empties every topic, forgets every commit and gives the cluster another id, as when its disks were lost. */
  recreate(): Promise<void>
}

/** Makes the faults of a cluster. */
export function createFaults(cluster: Cluster, appends: AppendFaults): MemoryFaults {
  // Never within the caller's own turn: a real listener isn't called from within a test either.
  async function each(groupId: string, place: MemberPlace | undefined, run: (member: Member) => void): Promise<void> {
    await turn()
    const members = cluster.group(groupId).members()
    const chosen = place?.index === undefined ? members : members.slice(place.index, place.index + 1)
    if (chosen.length === 0) {
      throw new RangeError(`The group ${groupId} has ${members.length} members, none of them is at ${place?.index}.`)
    }
    for (const member of chosen) run(member)
  }
  return {
    failAppends: appends.add,
    holdAppends: (place = {}) => appends.hold(place),
    suspend: (groupId, reason, place) => each(groupId, place, (member) => member.suspend(reason)),
    thaw: (groupId, place) => each(groupId, place, (member) => member.thaw()),
    lose: (groupId, reason, place) => each(groupId, place, (member) => cluster.group(groupId).expel(member, reason)),
    fail: (groupId, error, place) => each(groupId, place, (member) => member.fail(error)),
    kill: (groupId, place) => each(groupId, place, (member) => member.vanish()),
    rebalance: (groupId) => cluster.group(groupId).rebalance(),
    truncate: ({ topic, partition, offset }) => logOf(cluster.topic(topic), partition).truncate(offset),
    remake: (topic) => cluster.remake(topic),
    async recreate() {
      await turn()
      cluster.recreate()
    },
  }
}
