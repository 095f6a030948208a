import { type AppendFaults, createAppendFaults } from './append-faults.ts'
import { type Cluster, createCluster } from './cluster.ts'
import { createFaults, type MemoryFaults } from './faults.ts'
import type { MemberDescription } from './group.ts'

/** How an in-memory broker keeps messages. */
export interface MemoryBrokerOptions {
  /** Now, in milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number
  /** Creates a missing topic with this many partitions when it is first named. Default: a missing topic is an error. */
  readonly autoCreatePartitions?: number
  /** The most messages that a partition keeps; the oldest go. Default 100,000. */
  readonly retentionMessages?: number
  /** The most bytes that a partition keeps, unless its topic sets `retention.bytes`. Default 16 MiB. */
  readonly retentionBytes?: number
}

/** A group as it is now. */
export interface MemoryGroupDescription {
  /** Rises with every rebalance. */
  readonly generation: number
  /** In the order of joining. */
  readonly members: readonly MemberDescription[]
}

/** The inside of a broker, for this package's transports. */
export const INSIDE: unique symbol = Symbol('inside')

/** A memory broker is what several transports of one process meet in, as processes meet in a Kafka cluster. */
export interface MemoryBroker {
  /** What goes wrong on demand. */
  readonly faults: MemoryFaults
  /** A group's members and what they were given. */
  describeGroup(groupId: string): MemoryGroupDescription
  readonly [INSIDE]: { readonly cluster: Cluster; readonly appends: AppendFaults }
}

/** Makes an empty broker. It holds nothing but memory: there is nothing to close. */
export function createMemoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  const cluster = createCluster({
    clock: options.clock ?? Date.now,
    autoCreatePartitions: options.autoCreatePartitions,
    retention: {
      maxMessages: options.retentionMessages ?? 100_000,
      maxBytes: options.retentionBytes ?? 16 * 1024 * 1024,
    },
  })
  const appends = createAppendFaults()
  return {
    faults: createFaults(cluster, appends),
    describeGroup(groupId) {
      const group = cluster.group(groupId)
      return { generation: group.generation, members: group.describe() }
    },
    [INSIDE]: { cluster, appends },
  }
}
