import type { FetchedBatch, FetchedMessage, Position, TopicPartition } from '@house-helper/events-core'
import type { PartitionState, RecordDocument } from '../documents.ts'
import { type BatchWriterParts, followsOn, type PreparedBatch, prepareBatch, writeBatch } from './batch-writer.ts'
import { messageQueue, type QueueLimits } from './message-queue.ts'
import { type Opened, type OpeningParts, openPartition } from './opening.ts'
import { retrying } from './retry.ts'
import type { Slots } from './slots.ts'

/** What a lane reports. */
export interface LaneListener {
  opened(place: TopicPartition, opened: Opened): void
  /** A batch is in the ledger. */
  recorded(state: PartitionState, records: readonly RecordDocument[], processingMs: number): void
  /** An attempt failed and is made again after a while. */
  failed(place: TopicPartition, error: unknown, attempts: number): void
  /** What failed has succeeded. */
  recovered(place: TopicPartition): void
  /** The lane was ended; what it waited for is not this recorder's any more. */
  dropped(place: TopicPartition): void
  /** The lane cannot go on: a defect, not a failure of a server. */
  broken(place: TopicPartition, error: unknown): void
  /** The ledger, or Kafka's log, is not as this lane left it; it opens the partition anew. */
  displaced(place: TopicPartition, why: string): void
}

/** What a lane works with. */
export interface LaneParts {
  readonly writing: BatchWriterParts
  readonly opening: OpeningParts
  readonly limits: QueueLimits
  readonly slots: Slots
  readonly listener: LaneListener
  pause(place: TopicPartition): void
  resume(place: TopicPartition): void
}

/** A lane records one partition for as long as it is assigned: messages wait in it while the batch before is written. */
export interface Lane extends TopicPartition {
  /** The ledger's state that the lane goes on from; undefined while the partition is being opened. */
  readonly state: PartitionState | undefined
  /** Whether an attempt has failed and is being made again. */
  readonly isFailing: boolean
  /** Resolves once the partition was opened for the first time, or dropped. */
  readonly ready: Promise<void>
  /** Where to read from, once open; the receiver is then taken to know it. */
  position(): Position | undefined
  /** Takes messages; returns the offset to read next. Never waits. */
  accept(batch: FetchedBatch): number
  /** Opens the partition anew, since what it was opened on is not there any more. */
  reopen(why: string): void
  /** Starts no further write until `thaw`. */
  freeze(): void
  thaw(): void
  /** Ends the lane: nothing further is written. What waits comes again to whoever has the partition next. */
  drop(): void
  /** Resolves once nothing is being written: at once, or after the write that runs. */
  idle(): Promise<void>
}

/** Makes a lane and opens its partition, after `previous` is settled: another lane's last write of the same partition. */
export function createLane({ topic, partition }: TopicPartition, previous: Promise<void>, parts: LaneParts): Lane {
  const place: TopicPartition = { topic, partition }
  const { listener, writing } = parts
  const dropped = new AbortController()
  const ready = Promise.withResolvers<void>()
  const queue = messageQueue(parts.limits)
  let state: PartitionState | undefined
  let isFiled = true
  let next = 0
  let told = false
  // Displaced: the receiver has gone on past what is read again, and brings none of it while nothing new arrives.
  let behind = false
  let paused = false
  let frozen = false
  let working: Promise<void> | undefined
  let isFailing = false

  const setPaused = (wanted: boolean) => {
    if (paused === wanted || dropped.signal.aborted) return
    paused = wanted
    if (wanted) parts.pause(place)
    else parts.resume(place)
  }
  const attempting = async <Result>(attempt: () => Promise<Result>): Promise<Result> => {
    let failures = 0
    const result = await retrying(attempt, dropped.signal, (error, attempts) => {
      failures = attempts
      isFailing = true
      listener.failed(place, error, attempts)
    })
    isFailing = false
    if (failures > 0) listener.recovered(place)
    return result
  }

  const open = async () => {
    await previous
    let opened: Opened | undefined
    while (opened === undefined) opened = await attempting(() => openPartition(place, parts.opening))
    state = opened.state
    next = state.next
    told = false
    listener.opened(place, opened)
    ready.resolve()
    setPaused(false)
  }
  const write = async (before: PartitionState) => {
    const startedMs = performance.now()
    const messages = queue.take()
    if (queue.halfEmpty) setPaused(false)
    const attempt = writeAttempt(before, isFiled, messages, writing)
    // A slot for each attempt: a partition that waits to try again holds up no other.
    const written = await attempting(() => parts.slots.run(attempt))
    if (state !== before) return
    if (written === undefined) return displace('Another recorder moved the ledger, or messages were skipped.')
    state = written.after
    isFiled = false
    listener.recorded(written.after, written.records, performance.now() - startedMs)
  }
  const displace = (why: string) => {
    listener.displaced(place, why)
    queue.clear()
    state = undefined
    isFiled = true
    behind = true
    setPaused(true)
  }
  const catchUp = async (before: PartitionState) => {
    const from = next
    const messages = await attempting(() => writing.transport.read({ ...place, offset: from }))
    // Meanwhile the receiver may have brought them, or the partition was opened anew.
    if (state !== before || next !== from) return
    const last = messages.at(-1)
    if (last === undefined) behind = false
    else {
      queue.push(messages)
      next = last.offset + 1
    }
  }
  // To file an entry is not to start anything: the ledger has it already.
  const hasWork = () =>
    !dropped.signal.aborted &&
    (frozen ? state !== undefined && !isFiled : state === undefined || queue.length > 0 || behind || !isFiled)
  const work = async () => {
    while (hasWork()) {
      const before = state
      if (before === undefined) await open()
      else if (queue.length > 0 && !frozen) await write(before)
      else if (behind && !frozen) await catchUp(before)
      else {
        await attempting(() => writing.ledger.file(before))
        isFiled = true
      }
    }
  }
  const pump = () => {
    if (working !== undefined || !hasWork()) return
    working = work().then(rest, (error: unknown) => {
      // The drop ends the work; every failure of a server is reported and tried again. What remains is a defect.
      if (!dropped.signal.aborted) listener.broken(place, error)
      working = undefined
    })
  }
  const rest = () => {
    working = undefined
    pump()
  }
  pump()

  return {
    ...place,
    ready: ready.promise,
    get state() {
      return state
    },
    get isFailing() {
      return isFailing
    },
    position() {
      if (state === undefined) return undefined
      told = true
      return { ...place, offset: next }
    },
    accept({ messages, highWatermark, jump }) {
      const first = messages[0]?.offset ?? next
      const isShorter = highWatermark < next || (jump?.reason === 'shorter' && told)
      if (state !== undefined && isShorter) displace('Kafka holds fewer messages than were received.')
      if (state === undefined) {
        setPaused(true)
        pump()
        return first
      }
      if (first > next && !told) {
        told = true
        return next
      }
      told = true
      const fresh = first >= next ? messages : messages.filter(({ offset }) => offset >= next)
      queue.push(fresh)
      next = (fresh.at(-1)?.offset ?? next - 1) + 1
      if (queue.full) setPaused(true)
      pump()
      return next
    },
    reopen(why) {
      // While a write runs the ledger decides; a lane that is wrong is displaced by it.
      if (working !== undefined || state === undefined) return
      displace(why)
      pump()
    },
    freeze: () => {
      frozen = true
    },
    thaw: () => {
      frozen = false
      pump()
    },
    drop() {
      dropped.abort()
      queue.clear()
      ready.resolve()
      listener.dropped(place)
    },
    idle: () => working ?? Promise.resolve(),
  }
}

/** One attempt to write messages; they are read and judged once, however often it is called. */
function writeAttempt(
  before: PartitionState,
  isFiled: boolean,
  messages: readonly FetchedMessage[],
  parts: BatchWriterParts,
): () => Promise<{ after: PartitionState; records: readonly RecordDocument[] } | undefined> {
  let prepared: PreparedBatch | undefined
  return async () => {
    const [first] = messages
    if (first === undefined || !(await followsOn(before, first, parts.transport))) return undefined
    prepared ??= prepareBatch(before, messages, parts)
    const after = await writeBatch(before, isFiled, prepared, parts)
    return after && { after, records: prepared.records }
  }
}
