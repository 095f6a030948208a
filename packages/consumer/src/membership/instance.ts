import { randomInt } from 'node:crypto'
import type { Logger } from '@house-helper/events-core'

/** How often the event loop's pulse is felt in a session; more often would wake an idle process for nothing. */
const PULSES = 20

/** What an instance needs. */
export interface InstanceOptions {
  readonly groupId: string
  readonly sessionTimeoutMs: number
  /** Writes the announcement of this member under a name; the bytes are as many for each. */
  readonly announce: (name: string) => Uint8Array
  readonly logger: Logger
}

/**
 * An instance is one life of a member, under a name that it announces to its group and writes to its commits: a member
 * that takes over can tell from the group whether the one before it has died or only lost the partition.
 *
 * What keeps the event loop so long that the member falls out of its group is as bad as what kills the process: from
 * then on it has another name, so that the old one counts as dead.
 */
export class Instance {
  /** As it is announced; its bytes change with the name. */
  readonly announcement: Uint8Array
  readonly #options: InstanceOptions
  readonly #intervalMs: number
  #name = newName()
  #pulseMs = performance.now()
  #blockedMs = 0
  #blockEndMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: InstanceOptions) {
    this.#options = options
    this.#intervalMs = options.sessionTimeoutMs / PULSES
    this.announcement = options.announce(this.#name)
  }

  get name(): string {
    return this.#name
  }

  start(): void {
    this.#pulseMs = performance.now()
    this.#timer = setInterval(() => this.#feel(), this.#intervalMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** The membership is lost: where the event loop was kept for half of the session or longer, that is why. */
  lost(): void {
    this.#feel()
    const { sessionTimeoutMs, groupId, logger, announce } = this.#options
    const isRecent = performance.now() - this.#blockEndMs < sessionTimeoutMs
    if (!isRecent || this.#blockedMs < sessionTimeoutMs / 2) return
    const blockedMs = Math.round(this.#blockedMs)
    this.#blockedMs = 0
    this.#name = newName()
    Buffer.from(announce(this.#name)).copy(this.announcement)
    logger.error(
      { groupId, blockedMs },
      'The event loop was kept so long that the membership is lost; for the events that ran it counts as if the process had died',
    )
  }

  #feel(): void {
    const nowMs = performance.now()
    const gapMs = nowMs - this.#pulseMs - this.#intervalMs
    this.#pulseMs = nowMs
    if (gapMs < this.#options.sessionTimeoutMs / 2) return
    this.#blockedMs = gapMs
    this.#blockEndMs = nowMs
  }
}

/** Eight characters, enough to tell a group's members of a few days apart. */
function newName(): string {
  return randomInt(36 ** 8)
    .toString(36)
    .padStart(8, '0')
}
