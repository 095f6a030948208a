import type { ConnectionSettings } from '../settings.ts'
import { within } from './deadline.ts'
import type { Broker, BrokerPool } from './kafkajs-internals.ts'

/** The open connections to brokers, by address. */
export interface Connections {
  /** The broker at an address, connected and authenticated. */
  at(address: string): Promise<Broker>
  /** Any broker: one that is connected already, else the first that can be connected. */
  any(): Promise<Broker>
  /** Learns the address of a node from an answer. */
  learn(node: { readonly nodeId: number; readonly host: string; readonly port: number }): void
  /** The address of a node, where an answer has told it. */
  addressOf(nodeId: number): string | undefined
  /** Stops waiting for connections that are not open yet; whoever comes next begins anew. */
  forgetPending(): void
  /** Ends a broker's connections at once; what waits for their answers is rejected. */
  discard(broker: Broker): void
}

const FETCH_CONNECTION = 1
const CONNECT_TIMEOUT_MS = 8_000

/** Keeps connections over kafkajs's brokers. `isFinal` says which failures other brokers would only repeat. */
export function createConnections(
  pool: BrokerPool,
  settings: ConnectionSettings,
  isFinal: (error: unknown) => boolean,
): Connections {
  const brokers = new Map<string, Promise<Broker>>()
  const pending = new Map<string, Promise<Broker>>()
  const addresses = new Map<number, string>()
  let seed = 0

  const entries = new WeakMap<Broker, Promise<Broker>>()

  function discard(broker: Broker): void {
    const { host, port } = broker.connectionPool
    const address = `${host}:${port}`
    // Somebody else may have replaced it already.
    if (brokers.get(address) === entries.get(broker)) brokers.delete(address)
    destroySockets(broker)
  }

  async function at(address: string): Promise<Broker> {
    const known = brokers.get(address)
    if (known !== undefined) {
      const broker = await known
      if (isOpen(broker)) return broker
      // Several callers may find the same closed connection; only the first of them replaces it.
      discard(broker)
    }
    const other = brokers.get(address)
    if (other !== undefined) return await other
    const fresh = connect(pool, address)
    brokers.set(address, fresh)
    pending.set(address, fresh)
    fresh.then(
      (broker) => {
        entries.set(broker, fresh)
        if (pending.get(address) === fresh) pending.delete(address)
      },
      () => {
        if (pending.get(address) === fresh) pending.delete(address)
        if (brokers.get(address) === fresh) brokers.delete(address)
      },
    )
    return await fresh
  }

  async function any(): Promise<Broker> {
    for (const open of [...brokers.values()]) {
      const broker = await open.catch(() => undefined)
      if (broker && isOpen(broker)) return broker
    }
    const all = [...new Set([...addresses.values(), ...settings.brokers])]
    let last: unknown
    for (let tries = 0; tries < all.length; tries++) {
      try {
        return await at(all[seed % all.length] as string)
      } catch (error) {
        last = error
        seed++
        if (isFinal(error)) break
      }
    }
    throw last
  }

  return {
    at,
    any,
    discard,
    forgetPending() {
      for (const [address, opening] of pending) {
        if (brokers.get(address) === opening) brokers.delete(address)
        // Opened after all, it would be a connection that nobody closes.
        opening.then(destroySockets, () => {})
      }
      pending.clear()
    },
    learn: ({ nodeId, host, port }) => addresses.set(nodeId, `${host}:${port}`),
    addressOf: (nodeId) => addresses.get(nodeId),
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
export async function openFetchConnection(broker: Broker): Promise<void> {
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

function isOpen(broker: Broker): boolean {
  return broker.connectionPool.pool[0]?.isConnected() ?? false
}

/** Ends a broker's connections at once; what waits for their answers is rejected. */
export function destroySockets(broker: Broker): void {
  for (const { socket } of broker.connectionPool.pool) socket?.destroy(new Error('The connection was given up.'))
}
