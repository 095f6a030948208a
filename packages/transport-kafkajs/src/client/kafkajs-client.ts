import { type ConnectionSettings, type WireClient, within } from '@house-helper/transport-kafka'
import type { ClientLog } from './client-log.ts'
import { exchange } from './exchange.ts'
import { explain } from './failure.ts'
import { createKafkaInstance } from './kafka-instance.ts'
import { type Broker, type BrokerPool, createCluster } from './kafkajs-internals.ts'
import { readTopicIds } from './topic-ids.ts'

const FETCH_CONNECTION = 1
const CONNECT_TIMEOUT_MS = 8_000

/** Makes kafkajs's connections into what a wire needs of a client. */
export function createKafkajsClient(settings: ConnectionSettings, log: ClientLog): WireClient<Broker> {
  const instance = createKafkaInstance(settings, log)
  const pool = createCluster(instance.kafka).brokerPool
  return {
    dial: (address) => connect(pool, address),
    addressOf: ({ connectionPool: { host, port } }) => `${host}:${port}`,
    isOpen: (broker) => broker.connectionPool.pool[0]?.isConnected() ?? false,
    end: destroySockets,
    async exchange(broker, api, args, changes) {
      if (api === 'Fetch') await openFetchConnection(broker)
      return await exchange(broker, api, args, changes)
    },
    topicIds: readTopicIds,
    explain,
    destroy: instance.destroy,
  }
}

async function connect(pool: BrokerPool, address: string): Promise<Broker> {
  const [host = '', port] = address.split(':')
  const connectionPool = await pool.connectionPoolBuilder.build({ host, port: Number(port) })
  const broker = pool.createBroker({ connectionPool, logger: pool.rootLogger })
  const late = (): Error => Object.assign(new Error('The broker did not let this client in.'), { code: 'ETIMEDOUT' })
  try {
    // kafkajs gives a broker half a minute for its first answer, and keeps everybody waiting for it.
    await within(broker.connect(), CONNECT_TIMEOUT_MS, late)
    return broker
  } catch (error) {
    destroySockets(broker)
    throw error
  }
}

// kafkajs opens the fetching connection with the first fetch; two fetches at once would open two and lose one.
const opening = new WeakMap<Broker, Promise<unknown>>()

/** Opens a broker's second connection, on which a fetch may wait for messages without holding up anything else. */
async function openFetchConnection(broker: Broker): Promise<void> {
  const { connectionPool } = broker
  if (connectionPool.pool[FETCH_CONNECTION]?.isConnected()) return
  const open = opening.get(broker) ?? connectionPool.getConnection(FETCH_CONNECTION)
  opening.set(broker, open)
  try {
    await open
  } finally {
    opening.delete(broker)
  }
}

/** Ends a broker's connections at once; what waits for their answers is rejected. */
export function destroySockets(broker: Broker): void {
  for (const { socket } of broker.connectionPool.pool) socket?.destroy(new Error('The connection was given up.'))
}
