import type { AssignedPartition, CommittedPosition, TopicPartition } from '@house-helper/events-core'
import { decodeProgress, type Progress, type TriedEvent, UNKNOWN_INSTANCE } from '../progress/commit-metadata.ts'
import { InheritedProgress } from '../progress/inherited-progress.ts'
import { joinedRanges, Watermark } from '../progress/watermark.ts'
import type { Route } from '../route.ts'
import { Fifo } from './fifo.ts'
import type { KeyLane } from './key-lane.ts'
import type { PendingEvent } from './pending-event.ts'

/** A batch that is being handled. */
export interface RunningBatch {
  /** The event whose slot it has. */
  readonly leader: PendingEvent | undefined
  /** Lanes whose next event is for the batch after it. */
  readonly waiting: KeyLane[]
}

/** The window of a partition is what was read of it and is not committed, for as long as this member owns it. */
export class PartitionWindow implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly groupId: string
  /** When this member got the partition, by the monotonic clock. */
  readonly sinceMs: number
  readonly ready: Fifo<KeyLane> = new Fifo<KeyLane>()
  watermark: Watermark<PendingEvent>
  inherited: InheritedProgress
  committed: CommittedPosition | undefined
  /** Takeovers in a row from a crash; 0 again once this member was alive for a commit interval. */
  crashes: number
  /**
   * Attempts are committed before they begin. So it begins: without a trace in the group, a process that dies at once
   * could not be told from one that never was.
   */
  guarded = true
  /** The partition stands in the scheduler's round. */
  inRound = false
  running = 0
  paused = false
  dropped = false
  /** Batches whose handlers run and are in time, by route: one of a type at a time. */
  readonly batches: Map<Route, RunningBatch> = new Map<Route, RunningBatch>()
  /** The id of the topic that the offsets are of; undefined until it is known. */
  topicId: string | undefined
  /** The end of the partition as last heard of. */
  high: number | undefined = undefined
  /** When something was last read, by the monotonic clock. */
  readMs: number
  /** Called when the window has room again. */
  onRoom: (() => void) | undefined = undefined

  /** `left` is what is done of the partition, and what was tried; by default as its commit says. */
  constructor(
    assigned: AssignedPartition,
    groupId: string,
    nowMs: number,
    instance: string = UNKNOWN_INSTANCE,
    left: Progress | undefined = committedProgress(assigned),
  ) {
    this.topic = assigned.topic
    this.partition = assigned.partition
    this.groupId = groupId
    this.sinceMs = nowMs
    this.readMs = nowMs
    this.committed = assigned.committed
    this.topicId = left?.topicId
    this.watermark = new Watermark(assigned.committed?.offset)
    this.inherited = new InheritedProgress(
      left && { ...left, tried: left.tried.map((one) => survived(one, left, instance)) },
    )
    const died = left !== undefined && !left.clean && left.writer !== instance
    this.crashes = died ? left.crashes + 1 : 0
  }

  /** One event at a time: members before this one died early twice in a row, and one of these events may be why. */
  get serial(): boolean {
    return this.crashes >= 2
  }

  /** The member has outlived its first commit interval: whatever killed those before, it comes later. */
  outlived(): void {
    this.crashes = 0
    this.guarded = false
  }

  /** What to tell a successor. `clean` when no attempt is going to run on from here. */
  progress(clean: boolean, writer: string): Progress {
    const { watermark, inherited } = this
    const tried: TriedEvent[] = []
    for (const event of watermark.items()) {
      const { offset, attemptsNow, waiting, running, deaths } = event
      event.toldWaiting = waiting
      const idle = running && (clean || waiting)
      const attempts = idle ? attemptsNow - 1 : attemptsNow
      // Who lets go in order was not killed by what runs: whatever killed those before, this attempt does not count.
      const blamed = clean && running ? [] : deaths
      if (attempts > 0) tried.push({ offset, attempts, deaths: blamed, running: running && !idle })
    }
    const next = watermark.next ?? 0
    return {
      clean,
      crashes: this.crashes,
      writer,
      ...(this.topicId !== undefined && { topicId: this.topicId }),
      done: joinedRanges(watermark.done(), inherited.doneFrom(next)),
      tried: [...tried, ...inherited.triedFrom(next)],
    }
  }
}

/** The latest deaths in a row that are remembered of an event. */
const MAX_DEATHS = 8

/**
 * An event as its attempts stand for the next owner of the partition: one that was running when its owner went without a
 * word may have killed it, unless that owner is this one, and lives.
 */
function survived(tried: TriedEvent, { writer = UNKNOWN_INSTANCE }: Progress, instance: string): TriedEvent {
  if (!tried.running) return tried
  if (writer === instance && writer !== UNKNOWN_INSTANCE) {
    return { offset: tried.offset, attempts: tried.attempts - 1, running: false }
  }
  return { ...tried, running: false, deaths: [...(tried.deaths ?? []), writer].slice(-MAX_DEATHS) }
}

function committedProgress({ committed }: AssignedPartition): Progress | undefined {
  return committed && decodeProgress(committed.offset, committed.metadata)
}

/** What a partition is known by in a map. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
