import type { FetchedBatch, Jump, Position, TopicPartition } from '@house-helper/events-core'
import { placeKey } from './assignment.ts'
import type { Cluster } from './cluster.ts'
import { protocol } from './errors.ts'
import type { PartitionLog } from './partition-log.ts'
import { logOf } from './topic.ts'
import { later } from './turn.ts'

/** A fetcher hands batches of a member's partitions to its listener, one at a time, in turn. */
export interface Fetcher {
  /** Fetches these partitions from these positions. */
  begin(positions: readonly Position[]): void
  /** Fetches nothing more; resolves when the batch that is out has come back. */
  halt(): Promise<void>
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /** Forgets the pauses of all partitions but these. */
  keepPauses(partitions: readonly TopicPartition[]): void
  /** Holds everything back, or lets it go on. */
  suspend(suspended: boolean): void
  /** Gives up the broker's notices of new messages. */
  close(): void
}

type Place = { -readonly [Name in keyof Position]: Position[Name] }

const MAX_FETCH_BYTES = 1024 * 1024

/** Makes a fetcher. `deliver` is the listener's `batch`; a throw or rejection of it goes to `failed`. */
export function createFetcher(
  cluster: Cluster,
  deliver: (batch: FetchedBatch) => number | Promise<number>,
  failed: (error: unknown) => void,
): Fetcher {
  const paused = new Set<string>()
  let places: Place[] = []
  let epoch = 0
  let suspended = false
  let busy = false
  let again = false
  let idle = Promise.resolve()
  const unwatch = cluster.watch(wake)

  function wake(): void {
    again = true
    if (busy || suspended || places.length === 0) return
    busy = true
    const { promise, resolve } = Promise.withResolvers<void>()
    idle = promise
    later(() => {
      again = false
      void round().then((delivered) => {
        busy = false
        resolve()
        if (delivered || again) wake()
      })
    })
  }

  /** Goes over every partition once; true where it delivered something. */
  async function round(): Promise<boolean> {
    const mine = epoch
    let delivered = false
    try {
      for (const place of places) {
        if (suspended) return false
        const batch = paused.has(placeKey(place)) ? undefined : fetch(cluster, place)
        if (batch === undefined) continue
        const next = await deliver(batch)
        delivered = true
        if (epoch !== mine) return true
        place.offset = checkNext(next, place)
      }
    } catch (error) {
      failed(error)
      return false
    }
    return delivered
  }

  return {
    begin(positions) {
      epoch += 1
      places = positions.map((position) => ({ ...position }))
      wake()
    },
    halt() {
      epoch += 1
      places = []
      return idle
    },
    pause(partitions) {
      for (const partition of partitions) paused.add(placeKey(partition))
    },
    resume(partitions) {
      for (const partition of partitions) paused.delete(placeKey(partition))
      wake()
    },
    keepPauses(partitions) {
      const kept = new Set(partitions.map(placeKey))
      for (const key of paused) if (!kept.has(key)) paused.delete(key)
    },
    suspend(value) {
      suspended = value
      wake()
    },
    close: unwatch,
  }
}

/** What Kafka does with a position out of range, before the first message or past the end: read from the first. */
function fetch(cluster: Cluster, place: Place): FetchedBatch | undefined {
  const { topic, partition } = place
  const log = logOf(cluster.topic(topic), partition)
  const jump = jumpOf(place, log)
  const messages = log.read(jump?.to ?? place.offset, MAX_FETCH_BYTES)
  if (messages.length === 0) return undefined
  return { topic, partition, messages, highWatermark: log.high, ...(jump && { jump }) }
}

function jumpOf({ offset: from }: Place, { low, high }: PartitionLog): Jump | undefined {
  if (from < low) return { from, to: low, reason: 'removed' }
  return from > high ? { from, to: low, reason: 'shorter' } : undefined
}

function checkNext(next: number, place: Place): number {
  if (Number.isSafeInteger(next) && next >= 0) return next
  throw protocol(`The listener returned ${next} as the offset to read next of ${placeKey(place)}.`, { next })
}
