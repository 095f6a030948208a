import type { ApiName, ExchangeChanges } from './exchange.ts'
import type { ClientFailure } from './wire-errors.ts'

/** What a wire needs of a Kafka client: connections to brokers, and requests over them. */
export interface WireClient<Broker = unknown> {
  /** Opens the connection to a broker at `host:port`, authenticated; throws where it cannot be. */
  dial(address: string): Promise<Broker>
  /** The address that a broker was dialled at. */
  addressOf(broker: Broker): string
  isOpen(broker: Broker): boolean
  /** Ends a broker's connections at once; what waits for their answers is rejected. */
  end(broker: Broker): void
  /**
   * Sends one request in the newest version that both sides can use, and reads the answer. A fetch, which may wait for
   * messages, holds up no other request.
   */
  exchange(broker: Broker, api: ApiName, args: object, changes: ExchangeChanges): Promise<unknown>
  /** The ids of topics, by name; a missing topic is left out. Undefined where the broker is too old to have ids. */
  topicIds(broker: Broker, topics: readonly string[]): Promise<ReadonlyMap<string, string> | undefined>
  /** What one of this client's errors means. */
  explain(error: unknown): ClientFailure
  /** Ends every connection at once; none can be opened from then on. */
  destroy(reason: string): void
}
