import type { FetchedBatch, Logger, Position, TopicPartition } from '@house-helper/events-core'
import { partitionRange } from '../admin.ts'
import { pause } from '../client/deadline.ts'
import type { Wire } from '../client/wire.ts'
import type { FetchAnswer } from '../records/fetch-exchange.ts'

/** How one assigned partition is read. */
export interface PartitionFlow extends TopicPartition {
  /** The offset to read next; undefined until the listener has said where to begin. */
  next: number | undefined
}

/** What reading a partition needs of its receiver. */
export interface FlowOptions {
  readonly wire: Wire
  readonly logger: Logger
  /** The keys of partitions of which a batch is with the listener. */
  readonly busy: Set<string>
  /** The flow as it is assigned now, where it may flow. */
  flowing(partition: TopicPartition): PartitionFlow | undefined
  /** Whether the flow is still the assigned one. */
  isAssigned(flow: PartitionFlow): boolean
  deliver(batch: FetchedBatch): number | Promise<number>
}

const HOLD_MS = 100
const RANGE_TIMEOUT_MS = 2_000

/** A key for a partition in maps. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`
}

/**
 * Hands what was fetched to the listener, and moves the partition to where it says. What cannot be handed on now stays
 * unmoved and is fetched again, after a short hold that keeps this from being a loop.
 */
export function createFlowReader(options: FlowOptions) {
  return async (answer: FetchAnswer, fetchedFrom: number, moveTo: (offset: number) => void): Promise<void> => {
    const flow = options.flowing(answer)
    if (flow === undefined || flow.next === undefined || options.busy.has(partitionKey(flow)))
      return await pause(HOLD_MS)
    // Fetched before the partition was moved: in another generation, or on the way out of a broker that lost it.
    if (fetchedFrom !== flow.next) return moveTo(flow.next)
    const next = await nextOf(options, flow, answer, fetchedFrom)
    if (next === undefined || !options.isAssigned(flow)) return
    flow.next = next
    moveTo(next)
  }
}

async function nextOf(
  options: FlowOptions,
  flow: PartitionFlow,
  answer: FetchAnswer,
  from: number,
): Promise<number | undefined> {
  if (answer.errorCode !== 0) return await insideRange(options, { ...flow, offset: from })
  const last = answer.messages.at(-1)
  if (last === undefined) return answer.nextOffset
  const key = partitionKey(flow)
  options.busy.add(key)
  try {
    const { topic, partition, messages, highWatermark } = answer
    const wanted = options.deliver({ topic, partition, messages, highWatermark })
    // Without a promise there is nothing to wait for, and a turn of the event loop is saved.
    const next = typeof wanted === 'number' ? wanted : await wanted
    // Behind the last message may lie markers that nobody sees.
    return next === last.offset + 1 ? (answer.nextOffset ?? next) : next
  } finally {
    options.busy.delete(key)
  }
}

/** Where to go on from a position that the partition does not have. */
async function insideRange(
  { wire, logger }: FlowOptions,
  { topic, partition, offset }: Position,
): Promise<number | undefined> {
  const range = await partitionRange(wire, { topic, partition }, RANGE_TIMEOUT_MS).catch(() => undefined)
  // The brokers are busy with something else; the next fetch asks again.
  if (range === undefined || (offset >= range.low && offset <= range.high)) {
    await pause(HOLD_MS)
    return undefined
  }
  const why =
    offset < range.low
      ? 'the messages before it are deleted'
      : 'the partition is shorter: it was truncated or made anew'
  logger.warn(
    { topic, partition, offset, low: range.low, high: range.high },
    `The position cannot be read (${why}): reading from the first message`,
  )
  return range.low
}
