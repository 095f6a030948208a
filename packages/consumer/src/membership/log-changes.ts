import type { Jump, Logger, TopicPartition } from '@house-helper/events-core'

/** How long a change counts as a reason of health, in milliseconds. */
const HOLD_MS = 3_600_000
/** Changes that are kept; the oldest go. */
const KEPT = 100

/** A change of a partition that events may have been lost in: what was to be read is not there. */
export interface LogChange {
  /** `removed`: messages were removed before they were read; `remade`: it is another log under the same name. */
  readonly kind: 'removed' | 'remade'
  /** A sentence with the place and the exact range. */
  readonly message: string
}

/** What noting changes needs. */
export interface LogChangesOptions {
  readonly groupId: string
  readonly logger: Logger
  readonly now?: () => number
}

/**
 * The changes of logs keep what happened to partitions behind a group's back, so that nothing is skipped in silence:
 * each is logged as an error with its exact range, and is a reason of health for an hour.
 */
export class LogChanges {
  readonly #options: LogChangesOptions
  readonly #now: () => number
  #changes: (LogChange & { readonly untilMs: number })[] = []
  readonly #remade = new Map<string, string | undefined>()

  constructor(options: LogChangesOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /** The changes of the last hour, oldest first. */
  recent(): readonly LogChange[] {
    const nowMs = this.#now()
    this.#changes = this.#changes.filter(({ untilMs }) => untilMs > nowMs)
    return this.#changes
  }

  /** Messages from the one offset up to, but without, the other were removed before this group read them. */
  messagesRemoved(place: TopicPartition, { from, to }: Pick<Jump, 'from' | 'to'>): void {
    const range = to - from === 1 ? `offset ${from}` : `offsets ${from} to ${to - 1}`
    this.#note('removed', { ...placeOf(place), from, to }, [
      `${nameOf(place)} has lost the ${range} before this group handled them: by retention, or by hand.`,
      'The event log has what it has recorded of them.',
    ])
  }

  /**
   * The partition is not the one that was read up to `expected`; it is read from its first message. Said once for each
   * topic id that is known.
   */
  partitionRemade(place: TopicPartition, expected: number | undefined, why: string, topicId?: string): void {
    if (topicId !== undefined && this.#remade.get(nameOf(place)) === topicId) return
    this.#remade.set(nameOf(place), topicId)
    const upTo = expected === undefined ? '' : `, which was read up to offset ${expected}`
    this.#note('remade', { ...placeOf(place), expected }, [
      `${nameOf(place)} is not the log that it was${upTo}: ${why}. It is read from its first message.`,
      'What was in the old one and not yet handled is in the event log only.',
    ])
  }

  #note(kind: LogChange['kind'], fields: object, sentences: readonly string[]): void {
    const { groupId, logger } = this.#options
    const message = sentences.join(' ')
    logger.error({ groupId, ...fields }, message)
    this.#changes = [...this.#changes, { kind, message, untilMs: this.#now() + HOLD_MS }].slice(-KEPT)
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

function placeOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}
