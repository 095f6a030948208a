import {
  type EventFilter,
  type EventLog,
  type PositionVector,
  type RecordBatch,
  sortedVector,
  writeVectorText,
} from '@house-helper/event-log'
import { eventLine } from './event-answer.ts'

/** What a stream takes of the log. */
export interface StreamSource {
  readonly log: Pick<EventLog, 'follow'>
  readonly filter: EventFilter
  /** Where to begin. */
  readonly from: PositionVector
  readonly signal: AbortSignal
  /** How long to be silent before a sign of life, in milliseconds. Default 15,000. */
  readonly silenceMs?: number
}

/** How long a browser waits before it connects again, in milliseconds. */
const RECONNECT_MS = 2_000

/**
 * Writes events as server-sent events, in position order, as they are recorded. Each has the position after it as its id:
 * with that as Last-Event-ID the stream goes on without a gap and without a repeat. Where nothing matches, the id moves on
 * all the same, with the signs of life. Ends when the signal aborts.
 */
export async function* streamEvents(source: StreamSource): AsyncGenerator<string> {
  const { log, filter, from, signal, silenceMs = 15_000 } = source
  let position = from
  yield `retry: ${RECONNECT_MS}\n\n`
  const batches = log.follow({ filter, from, signal })[Symbol.asyncIterator]()
  let next = nextOf(batches, signal)
  for (;;) {
    const batch = await orSilence(next, silenceMs)
    if (batch === 'silence') {
      // Without data there is no event for the reader, but the id counts.
      yield `: nothing new\nid: ${writeVectorText(position)}\n\n`
      continue
    }
    if (batch === 'end') return
    for (const record of batch.records) {
      const { topic, partition, generation, offset } = record
      position = sortedVector([...position, { topic, partition, generation, offset: offset + 1 }])
      yield `id: ${writeVectorText(position)}\ndata: ${eventLine(record)}\n\n`
    }
    position = batch.position
    next = nextOf(batches, signal)
  }
}

/** The next batch, or the end where the reader is gone. A failure is thrown where it is awaited. */
function nextOf(batches: AsyncIterator<RecordBatch, void>, signal: AbortSignal): Promise<RecordBatch | 'end'> {
  const next = askFor(batches, signal)
  next.catch(() => {})
  return next
}

async function askFor(batches: AsyncIterator<RecordBatch, void>, signal: AbortSignal): Promise<RecordBatch | 'end'> {
  try {
    const { value, done } = await batches.next()
    return done || value === undefined ? 'end' : value
  } catch (error) {
    if (signal.aborted) return 'end'
    throw error
  }
}

async function orSilence<Value>(promise: Promise<Value>, silenceMs: number): Promise<Value | 'silence'> {
  const silence = Promise.withResolvers<'silence'>()
  const timer = setTimeout(silence.resolve, silenceMs, 'silence')
  try {
    return await Promise.race([promise, silence.promise])
  } finally {
    clearTimeout(timer)
  }
}
