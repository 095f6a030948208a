import {
  type HiddenGroup,
  type ObservedGroup,
  type ObservedPartition,
  type ObservedTransport,
  observeGroups,
  oldestAgeSeconds,
} from '@house-helper/consumer'
import { type Transport, TransportError, within } from '@house-helper/events-core'

/** A partition of a group, with how far behind the group is in time. */
export interface MeasuredPartition extends ObservedPartition {
  /** Age of the oldest message that is not committed, by its own timestamp; 0 where there is none. */
  readonly lagSeconds: number
}

/** A consumer group of our topics, as it was just seen. */
export interface MeasuredGroup extends ObservedGroup {
  readonly partitions: readonly MeasuredPartition[]
}

/** What was seen of the consumer groups. */
export interface ConsumerGroupsSeen {
  readonly groups: readonly MeasuredGroup[]
  /** Groups that the logger may not look at. */
  readonly hidden: readonly HiddenGroup[]
  readonly at: Date
}

/** Looks at the consumer groups of our topics. */
export interface ConsumerGroups {
  /** Who asks while a look is being taken gets the same one. Rejects with a TransportError, `TIMEOUT` after the deadline. */
  look(): Promise<ConsumerGroupsSeen>
}

/** What {@link createConsumerGroups} takes. */
export interface ConsumerGroupsOptions {
  readonly transport: ObservedTransport & Pick<Transport, 'read'>
  /** How long one look may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number
}

/** Reads at the same time: a group that is behind in every partition asks for one message of each. */
const WIDTH = 16

/** Makes a view of the consumer groups; it holds nothing open. */
export function createConsumerGroups({ transport, timeoutMs = 10_000 }: ConsumerGroupsOptions): ConsumerGroups {
  let current: Promise<ConsumerGroupsSeen> | undefined
  return {
    async look() {
      current ??= takeLook(transport).finally(() => {
        current = undefined
      })
      const look = current
      if (await within(look, timeoutMs)) return await look
      throw new TransportError('TIMEOUT', `Kafka did not tell about its groups within ${timeoutMs} ms.`, {
        canRetry: true,
      })
    },
  }
}

async function takeLook(transport: ConsumerGroupsOptions['transport']): Promise<ConsumerGroupsSeen> {
  const { groups, hidden, at } = await observeGroups(transport)
  const ages = await measureAges(
    transport,
    groups.flatMap(({ partitions }) => partitions),
    at.getTime(),
  )
  return {
    groups: groups.map((group) => ({
      ...group,
      partitions: group.partitions.map((one) => ({ ...one, lagSeconds: ages.get(oldestOf(one)) ?? 0 })),
    })),
    hidden,
    at,
  }
}

/** Ages by the place of the oldest message: groups that are behind alike ask once. */
async function measureAges(
  transport: Pick<Transport, 'read'>,
  partitions: readonly ObservedPartition[],
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  const waiting = new Map(partitions.filter(({ lag }) => lag > 0).map((one) => [oldestOf(one), one]))
  const ages = new Map<string, number>()
  const places = waiting.entries()
  const work = async (): Promise<void> => {
    for (const [place, { topic, partition, committed, low }] of places) {
      const offset = Math.max(committed ?? low, low)
      ages.set(place, await oldestAgeSeconds(transport, { topic, partition, offset }, nowMs))
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
  return ages
}

function oldestOf({ topic, partition, committed, low }: ObservedPartition): string {
  return `${topic}/${partition}/${Math.max(committed ?? low, low)}`
}
