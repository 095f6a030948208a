import { type Membership, pause, silentCoordinator, type Wire, within } from '@house-helper/transport-kafka'
import { kafkaTypeOf } from '../client/failure.ts'
import { destroySockets } from '../client/kafkajs-client.ts'
import type { Broker, Cluster } from '../client/kafkajs-internals.ts'

interface GroupRequest {
  readonly groupId: string
  readonly memberId: string
  readonly groupGenerationId: number
}

interface JoinRequest {
  readonly memberId: string
}

/** What a group's members ask of its coordinator, in kafkajs's form. */
export interface GroupCoordinator {
  joinGroup(request: JoinRequest): Promise<Membership>
  syncGroup(request: object): Promise<unknown>
  heartbeat(request: GroupRequest): Promise<unknown>
  leaveGroup(request: object): Promise<unknown>
  offsetCommit(request: object): Promise<unknown>
  offsetFetch(request: object): Promise<unknown>
}

/** What happens between a member and its coordinator that kafkajs's events don't tell, or tell too late. */
export interface GroupHooks {
  /** Called before a join goes out, each time; the join waits for it. Throws where there must be none. */
  beforeJoin(): Promise<void>
  /** The id of a membership that was given up without leaving; the group may still wait for it. */
  formerMemberId(): string | undefined
  /** The group has let this member in; its partitions follow. */
  joined(membership: Membership): void
  /** A heartbeat that was sent at this time, by the monotonic clock, was answered: with an error, or well. */
  heartbeat(membership: Membership, error: unknown, sentMs: number): void
}

/** What finding a group's coordinator needs. */
export interface GroupCoordinatorOptions {
  readonly groupId: string
  readonly sessionTimeoutMs: number
  readonly wire: Wire
  /** The consumer's own cluster, over whose connections the coordinator is asked. */
  readonly cluster: Pick<Cluster, 'findBroker'>
  readonly hooks: GroupHooks
}

const LOOKUP_TIMEOUT_MS = 5_000
const REJOIN_MS = 200
// So that several heartbeats fit into a session, each to where the coordinator has moved meanwhile.
const HEARTBEAT_SHARE = 0.25

/**
 * Makes the coordinator of a group as one consumer sees it: whichever broker it is by now.
 *
 * kafkajs asks the broker that coordinated when it joined, and takes each failure of that one for the end of its
 * membership. Yet a coordinator that moves takes the group with it, members and generation included: they only have to
 * ask the broker where it has gone.
 */
export function createGroupCoordinator(options: GroupCoordinatorOptions): GroupCoordinator {
  const { groupId, sessionTimeoutMs, wire, cluster, hooks } = options
  let known: Broker | undefined

  const isTransient = (error: unknown): boolean => wire.errorOf(error, { groupId }).canRetry

  async function find(): Promise<Broker> {
    const args = { groupId, coordinatorType: 0 }
    const request = { target: 'any', api: 'GroupCoordinator', args, place: { groupId } } as const
    const { coordinator } = (await wire.once(request, LOOKUP_TIMEOUT_MS)) as { coordinator: { nodeId: number } }
    return await cluster.findBroker({ nodeId: coordinator.nodeId })
  }

  /** One attempt; where it fails for a while only, the next one looks for the coordinator anew. */
  async function ask<Answer>(request: (broker: GroupCoordinator) => Promise<Answer>): Promise<Answer> {
    try {
      known ??= await find()
      return await request(known as unknown as GroupCoordinator)
    } catch (error) {
      if (isTransient(error)) known = undefined
      throw error
    }
  }

  async function beat(request: GroupRequest): Promise<unknown> {
    const timeoutMs = sessionTimeoutMs * HEARTBEAT_SHARE
    return await within(
      ask((broker) => broker.heartbeat(request)),
      timeoutMs,
      () => {
        // Requests of kafkajs that time out leave their connection open, however silent it is.
        if (known) destroySockets(known)
        known = undefined
        return silentCoordinator(groupId, 'a heartbeat', timeoutMs)
      },
    )
  }

  async function join(request: JoinRequest): Promise<Membership> {
    for (let former = request.memberId ? undefined : hooks.formerMemberId(); ; ) {
      await hooks.beforeJoin()
      const memberId = former ?? request.memberId
      try {
        return await ask((broker) => broker.joinGroup({ ...request, memberId }))
      } catch (error) {
        if (former !== undefined && kafkaTypeOf(error) === 'UNKNOWN_MEMBER_ID') former = undefined
        else if (isTransient(error)) await pause(REJOIN_MS)
        else throw error
      }
    }
  }

  return {
    async joinGroup(request) {
      const answer = await join(request)
      hooks.joined({ memberId: answer.memberId, generationId: answer.generationId })
      return answer
    },
    async syncGroup(request) {
      try {
        return await ask((broker) => broker.syncGroup(request))
      } catch (error) {
        throw isTransient(error) ? rejoin(error) : error
      }
    },
    async heartbeat(request) {
      const membership = { memberId: request.memberId, generationId: request.groupGenerationId }
      const sentMs = performance.now()
      try {
        const answer = await beat(request)
        hooks.heartbeat(membership, undefined, sentMs)
        return answer
      } catch (error) {
        hooks.heartbeat(membership, error, sentMs)
        // Whether the membership is over says the lease, and the coordinator once it answers.
        if (isTransient(error)) return undefined
        throw error
      }
    },
    leaveGroup: (request) => ask((broker) => broker.leaveGroup(request)),
    offsetCommit: (request) => ask((broker) => broker.offsetCommit(request)),
    offsetFetch: (request) => ask((broker) => broker.offsetFetch(request)),
  }
}

/** Tells kafkajs to join again, which it does for this error alone without starting over. */
function rejoin(error: unknown): Error {
  return Object.assign(new Error((error as Error).message, { cause: error }), { type: 'REBALANCE_IN_PROGRESS' })
}
