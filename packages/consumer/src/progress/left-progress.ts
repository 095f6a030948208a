import type { AssignedPartition } from '@house-helper/events-core'
import { type PartitionWindow, partitionKey } from '../scheduling/partition-window.ts'
import { decodeProgress, type Progress } from './commit-metadata.ts'
import { joinedRanges } from './watermark.ts'

/**
 * What this member had done of partitions that it let go of. Where a partition comes back and nobody else has committed
 * for it since, no event is handled again that this member knows to be done, though it could not commit that: while the
 * broker was away, say.
 */
export class LeftProgress {
  readonly #left = new Map<string, { readonly position: number; readonly progress: Progress }>()

  /** Remembers a partition that is let go of. */
  keep(window: PartitionWindow, instance: string): void {
    const { position } = window.watermark
    const key = partitionKey(window)
    // Nothing was read of it: what was left before may be of offsets that are other messages by now.
    if (position === undefined) this.#left.delete(key)
    else this.#left.set(key, { position, progress: window.progress(false, instance) })
  }

  /** What is done of a partition that is assigned: what its commit says, or more where that is this member's own. */
  take({ topic, partition, committed }: AssignedPartition, instance: string): Progress | undefined {
    const key = partitionKey({ topic, partition })
    const left = this.#left.get(key)
    this.#left.delete(key)
    if (committed === undefined) return undefined
    const said = decodeProgress(committed.offset, committed.metadata)
    // Whoever else has committed knows more, or wants the events handled again: an operator who moves the group back.
    const isOwn = said !== undefined && said.writer === instance && left?.progress.writer === instance
    if (!isOwn || said.topicId !== left.progress.topicId || left.position < committed.offset) return said
    const below = { from: committed.offset, to: left.position }
    const done = below.to > below.from ? joinedRanges([below], left.progress.done) : left.progress.done
    return { ...left.progress, crashes: said.crashes, done }
  }
}
