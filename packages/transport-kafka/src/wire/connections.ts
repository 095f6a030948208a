import type { WireClient } from './wire-client.ts'

/** The open connections to brokers, by address. */
export interface Connections<Broker> {
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

/** Keeps connections that a client opens. `isFinal` says which failures other brokers would only repeat. */
export function createConnections<Broker extends object>(
  client: Pick<WireClient<Broker>, 'dial' | 'addressOf' | 'isOpen' | 'end'>,
  seeds: readonly string[],
  isFinal: (error: unknown) => boolean,
): Connections<Broker> {
  const brokers = new Map<string, Promise<Broker>>()
  const pending = new Map<string, Promise<Broker>>()
  const addresses = new Map<number, string>()
  let seed = 0

  const entries = new WeakMap<Broker, Promise<Broker>>()

  function discard(broker: Broker): void {
    const address = client.addressOf(broker)
    // Somebody else may have replaced it already.
    if (brokers.get(address) === entries.get(broker)) brokers.delete(address)
    client.end(broker)
  }

  async function at(address: string): Promise<Broker> {
    const known = brokers.get(address)
    if (known !== undefined) {
      const broker = await known
      if (client.isOpen(broker)) return broker
      // Several callers may find the same closed connection; only the first of them replaces it.
      discard(broker)
    }
    const other = brokers.get(address)
    if (other !== undefined) return await other
    const fresh = client.dial(address)
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
      if (broker && client.isOpen(broker)) return broker
    }
    const all = [...new Set([...addresses.values(), ...seeds])]
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
        opening.then(client.end, () => {})
      }
      pending.clear()
    },
    learn: ({ nodeId, host, port }) => addresses.set(nodeId, `${host}:${port}`),
    addressOf: (nodeId) => addresses.get(nodeId),
  }
}
