import type { Position, Transport } from '@house-helper/events-core'

/** A harness is what the suite needs of the implementation that it tests. */
export interface TransportHarness {
  /** Opens a transport. All transports of a harness reach the same broker; the suite closes each. */
  open(): Promise<Transport>
  /**
   * How long a condition may take before its test fails, in milliseconds: long enough for a group of this broker to
   * rebalance on a busy machine. A test takes four of them at most.
   */
  readonly waitMs: number
  /** Drops all messages before a position, as retention does. Without it, the tests of retention are left out. */
  truncate?(position: Position): Promise<void>
  /** Deletes a topic of one partition and makes it again. Without it, the test of that is left out. */
  remake?(topic: string): Promise<void>
  /** Whether its brokers keep ACLs and this user may see and add them. Without it, the tests of ACLs are left out. */
  readonly hasAcls?: boolean
  /** Drops what the suite created, when it is over. */
  cleanUp?(made: { readonly topics: readonly string[]; readonly groupIds: readonly string[] }): Promise<void>
}
