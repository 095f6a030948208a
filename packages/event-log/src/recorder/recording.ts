import {
  type AssignedPartition,
  type Receiver,
  type ReceiverListener,
  type TopicPartition,
  type Transport,
  within,
} from '@house-helper/events-core'
import { type Committer, createCommitter } from './committer.ts'
import { createLane, type Lane, type LaneListener, type LaneParts } from './lane.ts'

/** A recording is one membership in the group over a fixed list of topics: its receiver and the lanes of its partitions. */
export interface Recording {
  readonly topics: readonly string[]
  start(): Promise<void>
  /** Finishes what is being written, commits and leaves the group, within the deadline. */
  stop(timeoutMs: number): Promise<void>
  /** The lanes of the partitions that are assigned now. */
  lanes(): readonly Lane[]
}

/** What a recording works with. */
export interface RecordingParts extends Omit<LaneParts, 'pause' | 'resume'> {
  readonly transport: Transport
  readonly groupId: string
  readonly topics: readonly string[]
  readonly commitIntervalMs: number
  readonly sessionTimeoutMs: number | undefined
  readonly group: GroupListener
}

/** What a recording reports of its membership. */
export interface GroupListener {
  assigned(partitions: readonly TopicPartition[]): void
  suspended(reason: string): void
  thawed(): void
  lost(reason: string): void
  commitFailed(error: unknown): void
  committed(): void
  fatal(error: Error): void
}

/** How long an assignment may wait for the ledger; partitions that are not open by then are, as soon as they can be. */
const OPEN_WAIT_MS = 3_000
/** What each partition may keep waiting, however many there are: half of a usual fetch. */
const LEAST_QUEUED_BYTES = 512 * 1024
/** How long a rebalance may wait for the writes that run. */
const REBALANCE_WAIT_MS = 2_000

/** Makes a recording; it does nothing before `start()`. */
export function createRecording(parts: RecordingParts): Recording {
  const { transport, groupId, topics, sessionTimeoutMs } = parts
  const receiver = transport.receiver({
    groupId,
    topics,
    ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
  })
  const lanes = new Map<string, Lane>()
  const committer = createCommitter({
    receiver,
    intervalMs: parts.commitIntervalMs,
    positions: () => [...lanes.values()].flatMap(committable),
    failed: parts.group.commitFailed,
    succeeded: parts.group.committed,
  })
  return {
    topics,
    start: () => receiver.start(receiverListener(parts, receiver, lanes, committer)),
    lanes: () => [...lanes.values()],
    async stop(timeoutMs) {
      const endMs = performance.now() + timeoutMs
      for (const lane of lanes.values()) lane.freeze()
      // Half of the time for what is being written; the rest is for leaving, so that others need not wait for a timeout.
      await within(idle(lanes).then(committer.commit), timeoutMs / 2)
      for (const lane of lanes.values()) lane.drop()
      committer.close()
      await receiver.stop({ timeoutMs: Math.max(100, endMs - performance.now()) })
    },
  }
}

function receiverListener(
  { group, ...parts }: RecordingParts,
  receiver: Receiver,
  lanes: Map<string, Lane>,
  committer: Committer,
): ReceiverListener {
  const listener: LaneListener = {
    ...parts.listener,
    recorded(state, records, processingMs) {
      parts.listener.recorded(state, records, processingMs)
      committer.touch()
    },
  }
  const limits = { ...parts.limits }
  const laneParts: LaneParts = {
    ...parts,
    listener,
    limits,
    pause: (place) => receiver.pause([place]),
    resume: (place) => receiver.resume([place]),
  }
  const forEach = (act: (lane: Lane) => void) => {
    for (const lane of lanes.values()) act(lane)
  }
  return {
    async assigned(partitions, continuous) {
      // Lanes look the limit up each time, so that one that stays gets its new share too.
      limits.maxQueuedBytes = Math.max(LEAST_QUEUED_BYTES, parts.limits.maxQueuedBytes / Math.max(1, partitions.length))
      assignLanes(lanes, partitions, continuous, laneParts)
      group.assigned(partitions)
      forEach((lane) => lane.thaw())
      await within(Promise.all([...lanes.values()].map((lane) => lane.ready)), OPEN_WAIT_MS)
      return [...lanes.values()].flatMap((lane) => lane.position() ?? [])
    },
    async rebalancing() {
      forEach((lane) => lane.freeze())
      await within(idle(lanes), REBALANCE_WAIT_MS)
      await within(committer.commit(), REBALANCE_WAIT_MS)
    },
    suspend(reason) {
      forEach((lane) => lane.freeze())
      group.suspended(reason)
    },
    thaw() {
      forEach((lane) => lane.thaw())
      group.thawed()
    },
    lost(reason) {
      forEach((lane) => lane.drop())
      lanes.clear()
      group.lost(reason)
    },
    // A partition without a lane is not ours any more: it stays where it is.
    batch: (batch) => lanes.get(keyOf(batch))?.accept(batch) ?? batch.messages[0]?.offset ?? 0,
    fatal: group.fatal,
  }
}

function assignLanes(
  lanes: Map<string, Lane>,
  partitions: readonly AssignedPartition[],
  continuous: boolean,
  parts: LaneParts,
): void {
  const wanted = new Set(partitions.map(keyOf))
  const settling = new Map<string, Promise<void>>()
  for (const [key, lane] of lanes) {
    if (continuous && wanted.has(key)) continue
    lane.drop()
    lanes.delete(key)
    settling.set(key, lane.idle())
  }
  for (const place of partitions) {
    const key = keyOf(place)
    if (!lanes.has(key)) lanes.set(key, createLane(place, settling.get(key) ?? Promise.resolve(), parts))
  }
}

/** What may be committed of a lane. An offset of 0 is committed too: it is where the group is. */
function committable({ topic, partition, state }: Lane) {
  return state === undefined ? [] : [{ topic, partition, offset: state.next }]
}

async function idle(lanes: ReadonlyMap<string, Lane>): Promise<void> {
  await Promise.all([...lanes.values()].map((lane) => lane.idle()))
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
