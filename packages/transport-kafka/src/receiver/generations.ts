import {
  type CommittedPosition,
  type Position,
  type ReceiverListener,
  type TopicPartition,
  TransportError,
} from '@house-helper/events-core'
import { partitionKey } from '../partition-key.ts'
import { within } from '../wire/deadline.ts'
import type { Wire } from '../wire/wire.ts'
import { kafkaErrorOf } from '../wire/wire-errors.ts'
import { type Assignment, isContinuous, newAssignment, startPositions, withCommitted } from './assignment.ts'
import type { Lease } from './lease.ts'
import type { ListenerCalls } from './listener-calls.ts'
import type { PartitionFlow } from './partition-flow.ts'
import { type ConsumerSession, type Membership, silentCoordinator } from './session.ts'

/** What following a group's generations needs of the receiver. */
export interface GenerationsOptions {
  readonly wire: Wire
  readonly groupId: string
  readonly topics: readonly string[]
  readonly sessionTimeoutMs: number
  readonly lease: Lease
  readonly calls: ListenerCalls
  listener(): ReceiverListener
  /** The consumer that is a member now. */
  session(): ConsumerSession | undefined
  /** An assignment's partitions have begun to flow. */
  onBegun(): void
}

/** What this member has of its group, from one generation to the next. */
export interface Generations {
  /** The membership of now; undefined between two. */
  readonly membership: Membership | undefined
  /** The member's id in the membership that was lost last. The group may not know of the loss, and wait for it. */
  readonly formerMemberId: string | undefined
  /** The group has given these partitions: the listener hears of them, and they flow once it has said from where. */
  take(membership: Membership, partitions: readonly TopicPartition[]): void
  /** Lets the listener commit for the last time in this generation; nothing flows from then on. */
  leave(): Promise<void>
  /** The coordinator has answered a heartbeat that was sent at this time, with an error or well. */
  answered(membership: Membership, error: unknown, sentMs: number): void
  /** The membership is over without a last commit, which the listener hears if it knew of it. */
  lose(reason: string): void
  /** The receiver has ended: there is no membership any more, and nobody to tell. */
  end(): void
  /** The partition's flow where it may flow now. */
  flowing(partition: TopicPartition): PartitionFlow | undefined
  isAssigned(flow: PartitionFlow): boolean
  isPaused(partition: TopicPartition): boolean
  /** Commits in the generation of now, in one attempt. */
  commit(positions: readonly CommittedPosition[]): Promise<void>
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
}

const lostMembership = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID'])

/** Follows a group's generations; there is none before the first `take`. */
export function createGenerations(options: GenerationsOptions): Generations {
  const { wire, groupId, topics, sessionTimeoutMs, lease, calls } = options
  const held = new Map<string, TopicPartition>()
  let current: Assignment | undefined
  let announced: Membership | undefined
  let formerMemberId: string | undefined

  async function announce(assignment: Assignment): Promise<void> {
    const isWanted = (): boolean => current === assignment
    const partitions = await withCommitted(wire, groupId, assignment, isWanted, sessionTimeoutMs)
    if (current !== assignment) return
    const continuous = isContinuous(announced, assignment.membership)
    // A pause is of the stay: whoever gets the partition later begins anew with it.
    for (const key of held.keys()) if (!continuous || !assignment.flows.has(key)) held.delete(key)
    announced = assignment.membership
    assignment.announced = true
    const positions = startPositions(partitions, await options.listener().assigned(partitions, continuous))
    if (current === assignment) begin(assignment, positions)
  }

  function begin({ flows }: Assignment, positions: readonly Position[]): void {
    for (const position of positions) {
      const flow = flows.get(partitionKey(position))
      if (flow) flow.next = position.offset
    }
    options.session()?.begin(positions, [...held.values()])
    options.onBegun()
  }

  function leave(): Promise<void> {
    const assignment = current
    if (assignment === undefined) return Promise.resolve()
    assignment.leaving ??= calls.inTurn(async () => {
      if (assignment === current && assignment.announced) await options.listener().rebalancing()
    })
    return assignment.leaving
  }

  function lose(reason: string): void {
    lease.end()
    formerMemberId = current?.membership.memberId ?? formerMemberId
    const knew = announced !== undefined
    current = undefined
    announced = undefined
    held.clear()
    if (knew) calls.tell(() => options.listener().lost(reason))
  }

  async function commit(positions: readonly CommittedPosition[]): Promise<void> {
    const assignment = current
    const session = options.session()
    const foreign = positions.find((position) => !assignment?.flows.has(partitionKey(position)))
    if (session === undefined || assignment === undefined || !assignment.announced || foreign) {
      throw notOwned(groupId, foreign)
    }
    if (positions.length === 0) return
    try {
      const sentMs = performance.now()
      const late = (): Error => silentCoordinator(groupId, 'a commit', sessionTimeoutMs)
      await within(session.commit(assignment.membership, positions), sessionTimeoutMs, late)
      if (current === assignment) lease.confirm(sentMs)
    } catch (error) {
      throw wire.errorOf(error, { groupId, topics, right: 'Read' })
    }
  }

  return {
    get membership() {
      return current?.membership
    },
    get formerMemberId() {
      return formerMemberId
    },
    take(membership, partitions) {
      const assignment = newAssignment(membership, partitions)
      current = assignment
      lease.begin()
      void calls.inTurn(() => announce(assignment))
    },
    leave,
    answered({ memberId, generationId }, error, sentMs) {
      const mine = current?.membership
      if (mine?.memberId !== memberId || mine.generationId !== generationId) return
      const type = error === undefined ? undefined : kafkaErrorOf(wire.errorOf(error, { groupId }))
      if (type !== undefined && lostMembership.has(type)) {
        lose(`The group ended this membership (${type}).`)
        return
      }
      // A group that moves partitions says so to its members: the membership is alive.
      if (type === 'REBALANCE_IN_PROGRESS') void leave()
      if (error === undefined || type === 'REBALANCE_IN_PROGRESS') lease.confirm(sentMs)
    },
    lose,
    end() {
      lease.end()
      current = undefined
    },
    flowing: (partition) =>
      lease.isUncertain || lease.isDoubtful || current?.leaving
        ? undefined
        : current?.flows.get(partitionKey(partition)),
    isAssigned: (flow) => current?.flows.get(partitionKey(flow)) === flow,
    isPaused: (partition) => held.has(partitionKey(partition)),
    commit,
    pause(partitions) {
      const owned = partitions.filter((partition) => current?.flows.has(partitionKey(partition)))
      for (const partition of owned) held.set(partitionKey(partition), partition)
      options.session()?.pause(owned)
    },
    resume(partitions) {
      for (const partition of partitions) held.delete(partitionKey(partition))
      // A partition whose beginning is not known yet flows as soon as it is.
      const begun = partitions.filter((partition) => current?.flows.get(partitionKey(partition))?.next !== undefined)
      options.session()?.resume(begun)
    },
  }
}

function notOwned(groupId: string, foreign: TopicPartition | undefined): TransportError {
  const what = foreign ? `${foreign.topic}/${foreign.partition} is not` : 'No partition is'
  return new TransportError('NOT_OWNED', `${what} this member's in the group ${groupId}: nothing was committed.`, {
    details: { groupId },
  })
}
