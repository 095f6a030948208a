import type { HandlerSet, Once, SubscriberSettings } from '@house-helper/consumer'
import type { Domain, Logger } from '@house-helper/events-core'
import type { TestClock } from './clock.ts'

/** How a world is made: what is tested in it, with the settings that the service has. */
export interface TestOptions<Other extends Domain = never, Extra = unknown>
  extends Pick<SubscriberSettings, 'concurrency' | 'deadLetters' | 'retry' | 'timeoutMs'> {
  /** The handlers under test. Default: none, for a service that only publishes. */
  readonly on?: readonly HandlerSet<NoInfer<Extra>>[]
  /** Keeps receipts, as `mongoOnce(client)` makes it. Default: none. */
  readonly once?: Once<Extra>
  /** Further domains whose events are published or handled: `bills` of `@house-helper/bills`. */
  readonly domains?: readonly Other[]
  /** Default `test-service`. */
  readonly groupId?: string
  /** The name under which the publishers of this world publish. Default `test-service`. */
  readonly source?: string
  /** Default: one of its own, which shows the machine's time when the world is made. */
  readonly clock?: TestClock
  /** Where the subscriber writes what happens. Default: silence. */
  readonly logger?: Logger
}
