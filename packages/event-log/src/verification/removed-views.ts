import type { TopicPartition } from '@house-helper/events-core'
import { type Removal, readRemovals } from '../retention/removal.ts'
import type { RemovedView } from './entry-check.ts'
import type { VerificationParts } from './verification-parts.ts'

/** What retention has removed of a partition while it is checked. */
export interface RemovedViews {
  /** By what was read last. */
  of(generation: number): RemovedView
  /** Reads again. */
  refresh(): Promise<void>
}

/** Reads what retention has removed of a partition. */
export async function removedViews(
  { topic, partition }: TopicPartition,
  { removals, maxTimeMs }: VerificationParts,
): Promise<RemovedViews> {
  let known: readonly Removal[] = []
  const views: RemovedViews = {
    of(generation) {
      const below = known.find((removal) => removal.partition === partition)?.removedBelow
      const ofTopic = known.length > 0
      if (below === undefined || generation > below.generation) return { below: 0, ofTopic }
      return { below: generation < below.generation ? Number.POSITIVE_INFINITY : below.offset, ofTopic }
    },
    async refresh() {
      known = await readRemovals(removals, maxTimeMs, topic)
    },
  }
  await views.refresh()
  return views
}
