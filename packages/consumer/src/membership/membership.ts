import {
  type CommittedPosition,
  type Logger,
  type Receiver,
  type ReceiverOptions,
  type TopicPartition,
  type Transport,
  within,
} from '@house-helper/events-core'
import type { Assignment } from './assignment.ts'

/** How long replacing a receiver waits for the old one to leave, in milliseconds. */
const REPLACE_STOP_MS = 5000

/** What a membership needs. */
export interface MembershipOptions {
  readonly transport: Transport
  readonly receiving: ReceiverOptions
  readonly assignment: () => Assignment
  readonly logger: Logger
  /** Whether the subscriber ends: then its receiver is not replaced. */
  readonly isClosing: () => boolean
  /** No receiver can follow on the one before. */
  readonly fatal: (error: Error) => void
}

/** The membership is a subscriber's place in its group: the receiver that it has now, and the one that replaces it. */
export class Membership {
  readonly #options: MembershipOptions
  #receiver: Receiver

  constructor(options: MembershipOptions) {
    this.#options = options
    this.#receiver = options.transport.receiver(options.receiving)
  }

  /** Joins the group; resolves with the first assignment. */
  start(): Promise<void> {
    return this.#receiver.start(this.#options.assignment())
  }

  commit(positions: readonly CommittedPosition[]): Promise<void> {
    return this.#receiver.commit(positions)
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#receiver.pause(partitions)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#receiver.resume(partitions)
  }

  /** Leaves the group. Resolves within the time, whatever happens. */
  async leave(timeoutMs: number): Promise<void> {
    const { groupId } = this.#options.receiving
    const stopped = this.#receiver.stop({ timeoutMs }).catch((error: unknown) => {
      // It is let go of in any case; the group notices by its session timeout.
      this.#options.logger.warn({ groupId, err: error }, 'A receiver did not stop well')
    })
    await within(stopped, timeoutMs)
  }

  /** Replaces a receiver that makes no progress. */
  async rebuild(reason: string): Promise<void> {
    const { logger, receiving } = this.#options
    logger.error({ groupId: receiving.groupId, reason }, 'The subscriber makes no progress; its receiver is replaced')
    await this.#replace(reason)
  }

  /** Only a new membership begins where a member says, so the old one is let go of in order first. */
  async restart(reason: string): Promise<void> {
    const { logger, receiving, assignment } = this.#options
    logger.warn({ groupId: receiving.groupId, reason }, 'The subscriber joins its group again')
    await within(assignment().rebalancing(), REPLACE_STOP_MS)
    await this.#replace(reason)
  }

  async #replace(reason: string): Promise<void> {
    const { transport, receiving, assignment, isClosing, fatal } = this.#options
    assignment().lost(reason)
    await this.leave(REPLACE_STOP_MS)
    if (isClosing()) return
    this.#receiver = transport.receiver(receiving)
    // Not awaited: whether it comes to an assignment is what the watchdog looks at next.
    this.#receiver.start(assignment()).catch(fatal)
  }
}
