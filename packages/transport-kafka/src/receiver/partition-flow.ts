import type { FetchedBatch, Jump, Logger, Position, TopicPartition } from '@house-helper/events-core'
import { partitionKey } from '../partition-key.ts'
import { partitionRange } from '../ranges.ts'
import type { FetchAnswer } from '../records/fetch-exchange.ts'
import { readMessages } from '../records/record-batch-decoder.ts'
import { pause } from '../wire/deadline.ts'
import type { Wire } from '../wire/wire.ts'

/** How one assigned partition is read. */
export interface PartitionFlow extends TopicPartition {
  /** The offset to read next; undefined until the listener has said where to begin. */
  next: number | undefined
  /** Why the partition was moved to its first message, until a batch has told it. */
  jump?: Jump | undefined
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
  /** Whether the listener has paused the partition. */
  isPaused(partition: TopicPartition): boolean
  deliver(batch: FetchedBatch): number | Promise<number>
}

const HOLD_MS = 100
/** Messages of a delivery, at least, where as many came. */
const DELIVERY_MESSAGES = 256
const RANGE_TIMEOUT_MS = 2_000

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
  if (answer.errorCode !== 0) {
    const jump = await jumpFrom(options, { ...flow, offset: from })
    if (jump === undefined) return undefined
    flow.jump = joined(flow.jump, jump)
    return jump.to
  }
  const key = partitionKey(flow)
  options.busy.add(key)
  try {
    return await delivered(options, flow, answer)
  } finally {
    options.busy.delete(key)
  }
}

/** Hands messages to the listener for as long as it goes on where they end; says where it wants to go on. */
async function delivered(
  options: FlowOptions,
  flow: PartitionFlow,
  { topic, partition, from, batches, highWatermark, nextOffset }: FetchAnswer,
): Promise<number | undefined> {
  let next: number | undefined
  for await (const messages of readMessages(batches, from, DELIVERY_MESSAGES)) {
    // Decompressing and the listener take time: meanwhile the partition may have moved, or have been paused.
    if (options.flowing(flow) !== flow || (next !== undefined && options.isPaused(flow))) return next
    const { jump } = flow
    flow.jump = undefined
    next = await options.deliver({ topic, partition, messages, highWatermark, ...(jump && { jump }) })
    if (next - 1 !== messages.at(-1)?.offset) return next
  }
  // Behind the last message may lie markers that nobody sees.
  return nextOffset ?? next
}

/** Retention may be faster than reading: two jumps without a batch between them are one. */
function joined(before: Jump | undefined, jump: Jump): Jump {
  if (before === undefined) return jump
  return { from: before.from, to: jump.to, reason: before.reason === 'shorter' ? 'shorter' : jump.reason }
}

/** Where to go on from a position that the partition does not have, and why. */
async function jumpFrom(
  { wire, logger }: FlowOptions,
  { topic, partition, offset: from }: Position,
): Promise<Jump | undefined> {
  const range = await partitionRange(wire, { topic, partition }, RANGE_TIMEOUT_MS).catch(() => undefined)
  // The brokers are busy with something else; the next fetch asks again.
  if (range === undefined || (from >= range.low && from <= range.high)) {
    await pause(HOLD_MS)
    return undefined
  }
  const { low: to, high } = range
  const reason = from < to ? 'removed' : 'shorter'
  const why =
    reason === 'removed'
      ? 'the messages before it are deleted'
      : 'the partition is shorter: it was truncated or made anew'
  logger.warn(
    { topic, partition, offset: from, low: to, high },
    `The position cannot be read (${why}): reading from the first message`,
  )
  return { from, to, reason }
}
