import { within } from '@house-helper/events-core'
import { LogError } from '../errors.ts'
import type { EventRecord } from '../event-record.ts'
import type { ReadQuery } from '../queries/read-query.ts'
import type { PartitionPosition, PositionVector } from '../vectors/position-vector.ts'

/** A record as sending it takes: its place and its bytes. */
export type SourceRecord = Pick<
  EventRecord,
  'topic' | 'partition' | 'generation' | 'offset' | 'brokerTime' | 'key' | 'headers' | 'value'
>

/** Records in the order of a replay, and how far the log has been read with them. */
export interface SourceBatch {
  readonly records: readonly EventRecord[]
  /** Positions that moved on: also past what does not match. */
  readonly reached: PositionVector
}

/** What of the log a replay is about. */
export interface Selection {
  readonly filter: ReadQuery['filter']
  readonly from: PositionVector
  readonly until: PositionVector
}

/** Reads records in position order, as an event log does. */
export type RecordReader = (query: ReadQuery) => AsyncIterable<{
  readonly records: readonly EventRecord[]
  readonly position: PositionVector
}>

/** Records that are held at the same time, of all partitions together. */
const HELD = 4_000
const MAX_BATCH = 1_000
const MIN_BATCH = 50

/**
 * Reads records in the order of a replay: each topic-partition in its own order, which is never given up; between them,
 * the one that Kafka got first. So a household's tasks and bills come about as they came then, and not topic by topic.
 */
export async function* readForReplay(
  read: RecordReader,
  { filter, from, until }: Selection,
  signal: AbortSignal,
): AsyncGenerator<SourceBatch, void> {
  const batchSize = Math.max(MIN_BATCH, Math.min(MAX_BATCH, Math.floor(HELD / (1 + until.length))))
  const heads = until.map((end) => {
    const start = from.filter(({ topic, partition }) => topic === end.topic && partition === end.partition)
    return createHead(read({ filter, from: start, to: [end], batchSize, signal }))
  })
  try {
    yield* merged(heads)
  } finally {
    await Promise.all(heads.map((head) => head.close()))
  }
}

/** Passes batches on; a connection that says nothing any more ends the reading, with an error that can be tried again. */
export async function* inTime(
  batches: AsyncIterable<SourceBatch>,
  timeoutMs: number,
  reading: AbortController,
): AsyncGenerator<SourceBatch, void> {
  const iterator = batches[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = iterator.next()
      if (!(await within(next, timeoutMs))) {
        next.catch(() => {})
        const error = new LogError('LOG_UNREACHABLE', `MongoDB has not answered a read within ${timeoutMs} ms.`, {
          canRetry: true,
        })
        reading.abort(error)
        throw error
      }
      const { value, done } = await next
      if (done) return
      yield value
    }
  } finally {
    await iterator.return?.(undefined)
  }
}

async function* merged(heads: readonly Head[]): AsyncGenerator<SourceBatch, void> {
  let reached = (await Promise.all(heads.map((head) => head.fill()))).flat()
  let open = heads.filter(({ next }) => next !== undefined)
  let records: EventRecord[] = []
  while (open.length > 0) {
    const head = earliest(open)
    records.push(head.take())
    if (head.next === undefined) {
      reached.push(...(await head.fill()))
      if (head.next === undefined) open = open.filter((one) => one !== head)
    }
    if (records.length < MAX_BATCH) continue
    yield { records, reached }
    records = []
    reached = []
  }
  yield { records, reached }
}

function earliest(heads: readonly Head[]): Head {
  let first = heads[0] as Head
  for (const head of heads) if (head.timeMs < first.timeMs) first = head
  return first
}

/** What is read of one partition and not yet given out. */
interface Head {
  readonly next: EventRecord | undefined
  /** When Kafka got it. */
  readonly timeMs: number
  take(): EventRecord
  /** Reads on until there is a record or the end; resolves with the positions that the batches before reached. */
  fill(): Promise<PartitionPosition[]>
  close(): Promise<void>
}

function createHead(batches: ReturnType<RecordReader>): Head {
  const iterator = batches[Symbol.asyncIterator]()
  let records: readonly EventRecord[] = []
  let index = 0
  let position: PositionVector = []
  let timeMs = 0
  const aim = () => {
    timeMs = records[index]?.brokerTime.getTime() ?? 0
  }
  return {
    get next() {
      return records[index]
    },
    get timeMs() {
      return timeMs
    },
    take() {
      const record = records[index] as EventRecord
      index += 1
      aim()
      return record
    },
    async fill() {
      while (index >= records.length) {
        const reached = position
        const result = await iterator.next()
        if (result.done) return [...reached]
        ;({ records, position } = result.value)
        index = 0
        aim()
        if (records.length > 0) return [...reached]
      }
      return []
    },
    close: async () => void (await iterator.return?.()),
  }
}
