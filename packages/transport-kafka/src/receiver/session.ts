import {
  type CommittedPosition,
  type Position,
  type ReceiverOptions,
  type TopicPartition,
  TransportError,
} from '@house-helper/events-core'
import type { FetchAnswer } from '../records/fetch-exchange.ts'

/** A member's place in a group: valid until the group's next generation. */
export interface Membership {
  readonly memberId: string
  readonly generationId: number
}

/** What one member of a group reports. */
export interface SessionEvents {
  /** A join is about to go out: it waits for this, which is the time for a last commit. */
  leavingGeneration(): Promise<void>
  /** The group has given partitions; none is fetched until `begin`. */
  assigned(membership: Membership, partitions: readonly TopicPartition[]): void
  /** The id of a membership that was given up without leaving, where there is one. */
  formerMemberId(): string | undefined
  /**
   * The coordinator answered a heartbeat of this membership, with an error or well. `sentMs` is when the heartbeat was
   * sent, by the monotonic clock.
   */
  heartbeat(membership: Membership, error: unknown, sentMs: number): void
  /** A fetch brought something; `moveTo` sets where the partition is fetched from next. */
  fetched(answer: FetchAnswer, fetchedFrom: number, moveTo: (offset: number) => void): Promise<void>
  /** A broker was away when it was asked for messages. */
  brokerAway(): void
  /** The member lost its membership and starts over by itself. */
  restarting(error: Error): void
  /** The member is dead. */
  crashed(error: Error): void
}

/** One member of a group with a client of its own, from its first join to its end. */
export interface ConsumerSession {
  /** Whether a join is under way: then nothing else can be asked of the coordinator. */
  isJoining(): boolean
  run(): Promise<void>
  /** Sets where partitions are fetched from, and lets all of them flow but those to hold. */
  begin(positions: readonly Position[], held: readonly TopicPartition[]): void
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  heartbeat(membership: Membership): Promise<void>
  commit(membership: Membership, positions: readonly CommittedPosition[]): Promise<void>
  /** Leaves the group where it can be done in time, and ends every connection whether or not. */
  end(timeoutMs: number): Promise<void>
}

/** Makes a session; it does nothing before `run`. */
export type CreateSession = (options: Required<ReceiverOptions>, events: SessionEvents) => ConsumerSession

/** How long a group waits for this member to join again before it goes on without it. */
export function rebalanceTimeoutMs(sessionTimeoutMs: number): number {
  return Math.max(30_000, sessionTimeoutMs * 2)
}

/** Says that a coordinator did not answer in time. */
export function silentCoordinator(groupId: string, what: string, timeoutMs: number): TransportError {
  const message = `The coordinator of ${groupId} did not answer ${what} within ${Math.round(timeoutMs)} ms.`
  return new TransportError('TIMEOUT', message, { canRetry: true })
}
