import type { ReceiverOptions } from '@house-helper/events-core'
import {
  type ConsumerSession,
  kafkaErrorOf,
  type Membership,
  type SessionEvents,
  settledWithin,
  type Wire,
} from '@house-helper/transport-kafka'
import { createFetcher } from './fetcher.ts'
import { createGroupMember, type Joined } from './group-member.ts'
import { watchPartitions } from './partition-watch.ts'

/** What a session gets of its transport. */
export interface SessionContext {
  /** The transport's own wire, over which a member can leave while its own one is waiting for a join. */
  readonly wire: Wire
  openWire(): Wire
}

const END_OF_JOIN_SHARE = 0.5

/**
 * Makes one member of a group into a session; it does nothing before `run`. It joins, and sends heartbeats and commits,
 * over one wire, and fetches over another, so that none of them waits for the other.
 *
 * The library's own consumer is not used: it joins again by itself, without a last commit, where a commit or a
 * heartbeat is refused, and keeps its generation to itself.
 */
export function createGroupSession(
  { wire, openWire }: SessionContext,
  options: Required<ReceiverOptions>,
  events: SessionEvents,
): ConsumerSession {
  const { groupId, topics } = options
  const wires = { group: openWire(), fetching: openWire() }
  const member = createGroupMember(wires.group, options)
  const fetcher = createFetcher({
    ...{ wire: wires.fetching, groupId, topics },
    fetched: events.fetched,
    brokerAway: events.brokerAway,
    onFinal: (error) => events.crashed(error),
  })
  let joining = false
  let joinSettled = Promise.resolve<unknown>(undefined)
  let toRejoin = Promise.withResolvers<void>()
  let ended = false
  let current: Membership | undefined

  async function join(): Promise<Joined | undefined> {
    joining = true
    try {
      return await member.join({
        async beforeJoin() {
          await events.leavingGeneration()
          fetcher.hold()
        },
        formerMemberId: events.formerMemberId,
        isEnded: () => ended,
      })
    } finally {
      joining = false
    }
  }

  async function live(): Promise<void> {
    while (!ended) {
      const joined = join()
      joinSettled = joined.catch(() => {})
      const given = await joined
      if (given === undefined) return
      toRejoin = Promise.withResolvers()
      current = given.membership
      events.assigned(given.membership, given.partitions)
      const endWatch = given.isLeader ? watchPartitions(wires.fetching, topics, () => toRejoin.resolve()) : () => {}
      await toRejoin.promise
      endWatch()
    }
  }

  /** What an answer to a heartbeat means for the membership, besides what the receiver makes of it. */
  function heed(membership: Membership, error: unknown): void {
    if (current !== membership && current?.generationId !== membership.generationId) return
    const type = kafkaErrorOf(error)
    if (type === 'UNKNOWN_MEMBER_ID') member.forget()
    if (type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION' || type === 'REBALANCE_IN_PROGRESS') {
      toRejoin.resolve()
      return
    }
    const failure = wire.errorOf(error, { groupId })
    if (!failure.canRetry && !ended) events.crashed(failure)
  }

  async function leave(timeoutMs: number): Promise<void> {
    const { memberId } = member
    if (memberId === undefined || timeoutMs <= 0) return
    const request = { target: { groupId }, api: 'LeaveGroup', args: { groupId, memberId }, place: { groupId } } as const
    await settledWithin(wire.once(request, timeoutMs), timeoutMs)
  }

  return {
    isJoining: () => joining,
    async run() {
      live().catch((error: unknown) => {
        if (!ended) events.crashed(wire.errorOf(error, { groupId, topics, right: 'Read' }))
      })
    },
    begin: fetcher.begin,
    pause: fetcher.pause,
    resume: fetcher.resume,
    async heartbeat(membership) {
      const sentMs = performance.now()
      try {
        await member.heartbeat(membership)
        events.heartbeat(membership, undefined, sentMs)
      } catch (error) {
        events.heartbeat(membership, error, sentMs)
        heed(membership, error)
      }
    },
    commit: member.commit,
    async end(timeoutMs) {
      if (ended) return
      ended = true
      fetcher.end()
      toRejoin.resolve()
      const end = performance.now() + timeoutMs
      // Its id comes with the answer; the group would wait a session for a member that never said it left.
      if (joining && member.memberId === undefined) await settledWithin(joinSettled, timeoutMs * END_OF_JOIN_SHARE)
      await leave(end - performance.now())
      for (const own of Object.values(wires)) own.close()
    },
  }
}
