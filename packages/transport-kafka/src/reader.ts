import { type FetchedMessage, type Position, TransportError } from '@house-helper/events-core'
import { partitionRange } from './ranges.ts'
import { type FetchAnswer, fetchExchange } from './records/fetch-exchange.ts'
import { readAllMessages } from './records/record-batch-decoder.ts'
import type { Wire } from './wire/wire.ts'

const DEFAULT_MAX_BYTES = 1_048_576
const DEFAULT_TIMEOUT_MS = 10_000
const OFFSET_OUT_OF_RANGE = 1

/** How much to read at once, and for how long to try. */
export interface ReadOptions {
  readonly maxBytes?: number
  readonly timeoutMs?: number
}

/** Reads messages from a position, without a group. See `Transport.read`. */
export async function readMessages(
  wire: Wire,
  from: Position,
  options: ReadOptions = {},
): Promise<readonly FetchedMessage[]> {
  const end = performance.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  let offset = from.offset
  // A fetch may bring nothing but markers and given-up transactions; what lies behind them is still to be read.
  for (;;) {
    const answer = await fetchOnce(
      wire,
      { ...from, offset },
      options.maxBytes ?? DEFAULT_MAX_BYTES,
      end - performance.now(),
    )
    if (answer.errorCode === OFFSET_OUT_OF_RANGE) {
      const { low } = await partitionRange(
        wire,
        { topic: from.topic, partition: from.partition },
        end - performance.now(),
      )
      if (low <= offset) return []
      offset = low
      continue
    }
    const messages = await readAllMessages(answer.batches, answer.from)
    if (messages.length > 0) return messages
    if (answer.nextOffset === undefined || answer.nextOffset >= answer.lastStableOffset) return []
    offset = answer.nextOffset
  }
}

async function fetchOnce(
  wire: Wire,
  { topic, partition, offset }: Position,
  maxBytes: number,
  timeoutMs: number,
): Promise<FetchAnswer> {
  const target = { topic, partition }
  const topics = [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes }] }]
  // What is there is answered at once; there is nothing to wait for at the end of a partition.
  const args = { maxWaitTime: 0, minBytes: 0, maxBytes, topics }
  const answers = (await wire.retrying(
    {
      target,
      api: 'Fetch',
      args,
      place: { ...target, right: 'Read' },
      ...fetchExchange(topics, { outOfRange: 'return' }),
    },
    timeoutMs,
  )) as FetchAnswer[]
  const answer = answers.find((one) => one.topic === topic && one.partition === partition)
  if (answer) return answer
  throw new TransportError('PROTOCOL', `The broker's answer does not name ${topic}/${partition}.`, { canRetry: true })
}
