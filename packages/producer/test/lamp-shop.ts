import { decodeEnvelope, type Envelope, type OutgoingBatch, type Transport } from '@house-helper/events-core'
import { createMemoryTransport, type MemoryTransport } from '@house-helper/transport-memory'
import { createPublisher, type Publisher, type PublisherOptions } from '../src/index.ts'
import { lamps } from './lamps.ts'

/** The topic of the domain. */
export const topic = 'house-helper.lamps'

/** A publisher over a transport in memory, with what its sender was asked to append. */
export interface LampShop {
  readonly transport: MemoryTransport
  readonly publisher: Publisher<typeof lamps>
  /** Every append, in the order of the calls. */
  readonly appends: OutgoingBatch[]
  /** Resolves once the sender was asked for this many appends. */
  appended(count: number): Promise<void>
  /** The most appends that were under way at once for one partition. */
  mostAtOnce(): number
  /** Lights a lamp of a household. */
  light(lampId: string, householdId?: string): Promise<{ readonly offset: number; readonly partition: number }>
  /** The envelopes of a partition. */
  envelopes(partition?: number): Promise<Envelope[]>
}

/** What a shop is opened with, besides what a publisher is. */
export interface ShopOptions extends Partial<PublisherOptions> {
  readonly partitions?: number
  readonly topicConfig?: Readonly<Record<string, string>>
}

/** Opens a lamp shop with its topic. */
export async function openLampShop({
  partitions = 1,
  topicConfig = {},
  ...options
}: ShopOptions = {}): Promise<LampShop> {
  const transport = createMemoryTransport()
  await transport.admin.createTopics([{ name: topic, partitions, replicationFactor: 1, config: topicConfig }])
  const watched = watch(transport)
  const publisher = createPublisher(lamps, { source: 'lamp-service', transport: watched.transport, ...options })
  return {
    transport,
    publisher,
    appends: watched.appends,
    appended: watched.appended,
    mostAtOnce: watched.mostAtOnce,
    light: (lampId, householdId = 'household-1') => publisher.publish('lamp.lit', { lampId }, { householdId }),
    async envelopes(partition = 0) {
      const messages = await transport.read({ topic, partition, offset: 0 }, { maxBytes: Number.POSITIVE_INFINITY })
      return messages.map(({ value }) => {
        const decoded = decodeEnvelope(value)
        if (!decoded.readable) throw new Error(decoded.message)
        return decoded.envelope
      })
    },
  }
}

/** The ids of lamps in the order of envelopes. */
export function lampIds(envelopes: readonly Envelope[]): unknown[] {
  return envelopes.map(({ data }) => data.lampId)
}

/** The envelopes of an append. */
export function lampIdsOf(batch: OutgoingBatch | undefined): unknown[] {
  return (batch?.messages ?? []).map(({ value }) => JSON.parse(Buffer.from(value ?? []).toString()).data.lampId)
}

function watch(
  transport: Transport,
): Pick<LampShop, 'appends' | 'appended' | 'mostAtOnce'> & { readonly transport: Transport } {
  const appends: OutgoingBatch[] = []
  const underWay = new Map<number, number>()
  const waiting = new Set<() => void>()
  let most = 0
  return {
    appends,
    appended: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (appends.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    mostAtOnce: () => most,
    transport: {
      ...transport,
      sender: {
        async append(batch, options) {
          const now = (underWay.get(batch.partition) ?? 0) + 1
          underWay.set(batch.partition, now)
          most = Math.max(most, now)
          appends.push({ ...batch, messages: [...batch.messages] })
          for (const look of waiting) look()
          try {
            return await transport.sender.append(batch, options)
          } finally {
            underWay.set(batch.partition, (underWay.get(batch.partition) ?? 0) - 1)
          }
        },
      },
    },
  }
}
