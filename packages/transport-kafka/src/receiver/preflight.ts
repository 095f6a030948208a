import { fetchExchange } from '../records/fetch-exchange.ts'
import { requireTopics } from '../topic-metadata.ts'
import type { Wire } from '../wire/wire.ts'

// No partition is that long: whoever may read is told that it is out of range, and nothing is sent.
const BEYOND_ANY_END = '9000000000000000000'

/**
 * Finds out what would keep a receiver from ever receiving: brokers that can't be reached, refused credentials, missing
 * topics, missing rights. Clients try some of these for ever and report others without saying what is missing.
 */
export async function checkReceiving(
  wire: Wire,
  groupId: string,
  topics: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const end = performance.now() + timeoutMs
  const metadata = await requireTopics(wire, topics, timeoutMs)
  const target = 'any'
  const args = { groupId, coordinatorType: 0 }
  await wire.retrying(
    { target, api: 'GroupCoordinator', args, place: { groupId, right: 'Read' } },
    end - performance.now(),
  )
  await Promise.all(
    metadata.map(async ({ topic }) => await checkReadable(wire, groupId, topic, end - performance.now())),
  )
}

async function checkReadable(wire: Wire, groupId: string, topic: string, timeoutMs: number): Promise<void> {
  const target = { topic, partition: 0 }
  const topics = [{ topic, partitions: [{ partition: 0, fetchOffset: BEYOND_ANY_END, maxBytes: 1 }] }]
  const args = { maxWaitTime: 0, minBytes: 0, maxBytes: 1, topics }
  const place = { topic, groupId, right: 'Read' } as const
  await wire.retrying(
    { target, api: 'Fetch', args, place, ...fetchExchange(topics, { outOfRange: 'return' }) },
    timeoutMs,
  )
}
