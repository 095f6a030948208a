import {
  DEFAULT_TOPIC_PREFIX,
  type OutgoingBatch,
  type Partitioner,
  partitioners,
  type Sender,
  type Transport,
} from '@house-helper/events-core'
import { createAdmin } from './admin.ts'
import { createMemoryBroker, INSIDE, type MemoryBroker, type MemoryBrokerOptions } from './broker.ts'
import { closed } from './errors.ts'
import { createReceiver, type MemoryReceiver } from './receiver.ts'
import { logOf } from './topic.ts'
import { turn } from './turn.ts'

/** How a transport in memory is opened: on a given broker, or on one of its own. */
export type MemoryTransportOptions = {
  /** What every topic name begins with. Default `house-helper`. */
  readonly topicPrefix?: string
  /** Default murmur2. */
  readonly partitioner?: Partitioner
} & ({ readonly broker: MemoryBroker } | (MemoryBrokerOptions & { readonly broker?: undefined }))

/** A transport in memory, with the broker behind it. */
export interface MemoryTransport extends Transport {
  readonly broker: MemoryBroker
}

/**
 * Opens a transport in memory, with the semantics of a real one: partitions, offsets, groups that rebalance, committed
 * positions, redelivery of what was not committed, bounded retention.
 *
 * Nothing survives the process, and other processes cannot take part. Closing it leaves the broker as it is.
 */
export function createMemoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  const broker = options.broker ?? createMemoryBroker(options)
  const { cluster } = broker[INSIDE]
  const receivers = new Set<MemoryReceiver>()
  const ended = Promise.withResolvers<never>()
  // Closing without an append under way is no unhandled rejection.
  ended.promise.catch(() => {})
  let open = true
  const assertOpen = (): void => {
    if (!open) throw closed('The transport')
  }

  async function close(): Promise<void> {
    open = false
    ended.reject(closed('The transport'))
    await turn()
    for (const receiver of receivers) receiver.end(closed('The transport'))
  }

  return {
    name: 'memory',
    topicPrefix: options.topicPrefix ?? DEFAULT_TOPIC_PREFIX,
    partitioner: options.partitioner ?? partitioners.murmur2,
    broker,
    sender: createSender(broker, assertOpen, ended.promise),
    admin: createAdmin(cluster, assertOpen),
    receiver(receiverOptions) {
      assertOpen()
      const receiver = createReceiver(cluster, receiverOptions, () => receivers.delete(receiver))
      receivers.add(receiver)
      return receiver
    },
    async read(from, { maxBytes = 1024 * 1024 } = {}) {
      assertOpen()
      await turn()
      assertOpen()
      return logOf(cluster.topic(from.topic), from.partition).read(from.offset, maxBytes)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function createSender(broker: MemoryBroker, assertOpen: () => void, ended: Promise<never>): Sender {
  const { cluster, appends } = broker[INSIDE]
  return {
    async append(batch: OutgoingBatch, { timeoutMs }) {
      assertOpen()
      await turn()
      await appends.passed(batch, timeoutMs, ended)
      assertOpen()
      const fate = appends.take(batch)
      if (fate !== undefined && !fate.written) throw fate.error
      const baseOffset = cluster.append(batch)
      if (fate !== undefined) throw fate.error
      return { baseOffset }
    },
  }
}
