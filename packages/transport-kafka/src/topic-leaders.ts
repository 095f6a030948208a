import { isHouseHelperError, TransportError } from '@house-helper/events-core'
import { nextOffsets } from './ranges.ts'
import { ADMIN_TIMEOUT_MS } from './topic-metadata.ts'
import type { ClusterMetadata, TopicMetadata } from './wire/cluster-map.ts'
import { pause } from './wire/deadline.ts'
import { asIs } from './wire/exchange.ts'
import type { Wire } from './wire/wire.ts'

const LEADER_CHECK_MS = 50

/**
 * Waits until every new partition has a leader and every broker knows them, so that whoever comes next can use them.
 * `atLeast` is how many partitions a topic has by then.
 */
export async function untilLed(wire: Wire, names: readonly string[], atLeast = 1): Promise<void> {
  const end = performance.now() + ADMIN_TIMEOUT_MS
  const isReady = (topic: TopicMetadata): boolean => isLed(topic) && topic.partitionMetadata.length >= atLeast
  while (!(await areLed(wire, names, isReady, end - performance.now()))) {
    if (performance.now() > end) {
      throw new TransportError(
        'TIMEOUT',
        `New partitions of ${names.join(', ')} have no leaders after ${ADMIN_TIMEOUT_MS} ms.`,
        { canRetry: true },
      )
    }
    await pause(LEADER_CHECK_MS)
  }
}

type IsReady = (topic: TopicMetadata) => boolean

async function areLed(wire: Wire, names: readonly string[], isReady: IsReady, timeoutMs: number): Promise<boolean> {
  if (names.length === 0) return true
  const { brokers, topicMetadata } = await wire.metadata(names, timeoutMs)
  if (!topicMetadata.every(isReady)) return false
  try {
    // Metadata names a leader before the leader itself knows; only an answer of its own proves that it does.
    await nextOffsets(wire, topicMetadata, timeoutMs)
  } catch (error) {
    if (isHouseHelperError(error) && error.canRetry) return false
    throw error
  }
  const known = await Promise.all(brokers.map(({ nodeId }) => isKnownTo(wire, nodeId, names, isReady, timeoutMs)))
  return known.every(Boolean)
}

function isLed({ topicErrorCode, partitionMetadata }: TopicMetadata): boolean {
  return topicErrorCode === 0 && partitionMetadata.every(({ leader }) => leader >= 0)
}

/** Brokers learn of a topic one after the other. One that can't be asked tells nobody else that the topic is missing. */
async function isKnownTo(
  wire: Wire,
  nodeId: number,
  names: readonly string[],
  isReady: IsReady,
  timeoutMs: number,
): Promise<boolean> {
  const args = { topics: names, allowAutoTopicCreation: false }
  const request = { target: { nodeId }, api: 'Metadata', args, parse: asIs } as const
  try {
    const { topicMetadata } = (await wire.once(request, timeoutMs)) as ClusterMetadata
    return topicMetadata.every(isReady)
  } catch (error) {
    if (isHouseHelperError(error) && error.canRetry) return true
    throw error
  }
}
