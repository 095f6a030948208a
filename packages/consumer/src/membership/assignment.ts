import {
  type AssignedPartition,
  type FetchedBatch,
  type Logger,
  type Position,
  type ReceiverListener,
  within,
} from '@house-helper/events-core'
import { SubscriberError } from '../errors.ts'
import type { Committer } from '../progress/committer.ts'
import { LeftProgress } from '../progress/left-progress.ts'
import type { Intake } from '../scheduling/intake.ts'
import { PartitionWindow, partitionKey } from '../scheduling/partition-window.ts'
import type { Scheduler } from '../scheduling/scheduler.ts'
import type { Statistics } from '../statistics.ts'
import type { LogChanges } from './log-changes.ts'
import type { TopicIdentities } from './topic-identities.ts'

/** How long an assignment waits for the ids of its topics, in milliseconds. */
const IDENTITY_WAIT_MS = 3000
const MADE_AGAIN = 'the topic was deleted and made again'

/** What an assignment needs. */
export interface AssignmentOptions {
  readonly groupId: string
  readonly scheduler: Scheduler
  readonly committer: Committer
  readonly intake: Intake
  readonly identities: TopicIdentities
  readonly changes: LogChanges
  readonly statistics: Statistics
  readonly logger: Logger
  /** What this process is called in the group. */
  readonly instance: () => string
  /** All partitions are lost, without a chance to commit. */
  readonly lost: () => void
  readonly fatal: (error: Error) => void
}

/**
 * The assignment holds the windows of the partitions that this member owns, and follows what the receiver reports.
 *
 * Kept work is kept only where the membership had no gap; everything else is dropped, and its handlers are aborted.
 */
export class Assignment implements ReceiverListener {
  readonly #options: AssignmentOptions
  readonly #windows = new Map<string, PartitionWindow>()
  readonly #left = new LeftProgress()
  #changedMs = performance.now()
  /** Why the lease is uncertain, or undefined. */
  suspended: string | undefined = undefined
  #owned = false

  constructor(options: AssignmentOptions) {
    this.#options = options
    options.scheduler.stop('unassigned')
  }

  /** The partitions that this member owns. */
  get windows(): ReadonlyMap<string, PartitionWindow> {
    return this.#windows
  }

  /** Whether partitions are assigned for now, be it none, and are not about to move. */
  get settled(): boolean {
    return this.#owned
  }

  /** Since when it has been waiting for partitions or for a certain lease, by the monotonic clock; else undefined. */
  get waitingSinceMs(): number | undefined {
    return this.#owned && this.suspended === undefined ? undefined : this.#changedMs
  }

  async assigned(partitions: readonly AssignedPartition[], continuous: boolean): Promise<readonly Position[]> {
    const { scheduler, committer, logger, groupId, identities } = this.#options
    const keys = new Set(partitions.map(partitionKey))
    for (const key of this.#windows.keys()) {
      if (!continuous || !keys.has(key)) this.#drop(key, 'The partition was assigned anew.')
    }
    // What cannot be told now is told by the next measurement.
    await within(
      identities.refresh().catch(() => undefined),
      IDENTITY_WAIT_MS,
    )
    const positions: Position[] = []
    for (const partition of partitions) {
      const kept = this.#windows.get(partitionKey(partition))
      if (kept === undefined) positions.push(...this.#opened(partition))
      else if (kept.watermark.next !== undefined) positions.push(positionOf(kept, kept.watermark.next))
    }
    this.#changed(true)
    committer.clean = false
    this.#resume()
    logger.info({ groupId, partitions: [...keys], continuous }, 'Partitions are assigned')
    scheduler.go('rebalancing')
    scheduler.go('unassigned')
    return positions
  }

  async rebalancing(): Promise<void> {
    const { scheduler, committer } = this.#options
    this.#changed(false)
    scheduler.stop('rebalancing')
    committer.clean = true
    await committer.flush()
  }

  suspend(reason: string): void {
    const { scheduler, committer, groupId, logger } = this.#options
    this.suspended = reason
    this.#changedMs = performance.now()
    committer.suspended = true
    scheduler.stop('suspended')
    this.interrupt(new SubscriberError('LEASE_UNCERTAIN', `The lease on the partition is uncertain: ${reason}`))
    logger.warn({ groupId, reason }, 'The lease on all partitions is uncertain; handlers are aborted')
  }

  thaw(): void {
    this.#resume()
    this.#options.logger.info({ groupId: this.#options.groupId }, 'The lease on all partitions is certain again')
  }

  lost(reason: string): void {
    const { groupId, logger } = this.#options
    this.#dropAll(reason)
    this.#options.lost()
    this.#resume()
    logger.warn({ groupId, reason }, 'All partitions are lost')
  }

  batch(batch: FetchedBatch): number | Promise<number> {
    const first = batch.messages[0]?.offset ?? 0
    const window = this.#windows.get(partitionKey(batch))
    if (window === undefined) return first
    const { next } = window.watermark
    const { jump, highWatermark } = batch
    if (next === undefined) return this.#options.intake.take(window, batch)
    const isShorter = highWatermark < next || (jump?.reason === 'shorter' && jump.from <= next)
    if (isShorter) return this.#options.intake.take(this.#restarted(window), batch)
    if (jump !== undefined && jump.to > next) this.#noteRemoved(window, next, jump.to)
    return this.#options.intake.take(window, batch)
  }

  /** The topics of partitions of this member that are not the ones that were read, though their names are. */
  remadeTopics(): readonly string[] {
    const remade = new Set<string>()
    for (const window of this.#windows.values()) {
      const id = this.#options.identities.idOf(window.topic)
      window.topicId ??= id
      if (id === undefined || id === window.topicId) continue
      remade.add(window.topic)
      this.#options.changes.partitionRemade(window, window.watermark.next, MADE_AGAIN, id)
    }
    return [...remade]
  }

  fatal(error: Error): void {
    this.lost(error.message)
    this.#options.fatal(error)
  }

  /** Lets go of all partitions for good. */
  close(): void {
    this.#dropAll('The subscriber has closed.')
  }

  /** Aborts every running handler; what then fails does not count. */
  interrupt(reason: SubscriberError): void {
    for (const window of this.#windows.values()) {
      for (const event of window.watermark.items()) event.attempt?.interrupt(reason)
    }
  }

  /** The partition ends before what was read of it: it was deleted and made again, or lost its tail. */
  #restarted(window: PartitionWindow): PartitionWindow {
    const { groupId, changes, instance } = this.#options
    const { topic, partition, watermark } = window
    changes.partitionRemade(window, watermark.next, 'it ends before that, so it was made again or lost its end')
    this.#drop(partitionKey(window), 'The partition was made again or truncated.')
    const fresh = new PartitionWindow(
      { topic, partition, committed: undefined },
      groupId,
      performance.now(),
      instance(),
    )
    this.#windows.set(partitionKey(window), fresh)
    return fresh
  }

  /** Opens the window of a partition; says where to begin, where that is not the committed position. */
  #opened(assigned: AssignedPartition): readonly Position[] {
    const { groupId, identities, changes, instance } = this.#options
    const { topic, partition, committed } = assigned
    const id = identities.idOf(topic)
    const open = (from: AssignedPartition): PartitionWindow => {
      const left = this.#left.take(from, instance())
      const window = new PartitionWindow(from, groupId, performance.now(), instance(), left)
      window.topicId ??= id
      this.#windows.set(partitionKey(window), window)
      return window
    }
    const window = open(assigned)
    if (committed === undefined || id === undefined || window.topicId === id) return []
    changes.partitionRemade(window, committed.offset, MADE_AGAIN, id)
    return [positionOf(open({ topic, partition, committed: undefined }), 0)]
  }

  /** Counts what is gone of a partition, less what the member before this one had done of it. */
  #noteRemoved(window: PartitionWindow, from: number, to: number): void {
    let at = from
    for (const done of [...window.inherited.doneFrom(from), { from: to, to }]) {
      const end = Math.min(done.from, to)
      if (end > at) {
        this.#options.statistics.removed += end - at
        this.#options.changes.messagesRemoved(window, { from: at, to: end })
      }
      at = Math.max(at, done.to)
    }
  }

  #dropAll(why: string): void {
    this.#options.scheduler.stop('unassigned')
    this.#changed(false)
    for (const key of this.#windows.keys()) this.#drop(key, why)
  }

  #drop(key: string, why: string): void {
    const window = this.#windows.get(key)
    if (window === undefined) return
    this.#windows.delete(key)
    this.#left.keep(window, this.#options.instance())
    const place = `${window.topic}/${window.partition}`
    this.#options.intake.left(window)
    this.#options.scheduler.drop(window, new SubscriberError('PARTITION_LOST', `${place} is lost: ${why}`))
  }

  #resume(): void {
    this.suspended = undefined
    this.#options.committer.suspended = false
    this.#options.scheduler.go('suspended')
  }

  #changed(owned: boolean): void {
    this.#owned = owned
    this.#changedMs = performance.now()
  }
}

function positionOf({ topic, partition }: PartitionWindow, offset: number): Position {
  return { topic, partition, offset }
}
