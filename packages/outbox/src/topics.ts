import { type Transport, topicNames } from '@house-helper/events-core'
import { backoffMs } from './backoff.ts'
import type { Problems } from './relay-health.ts'

/** How long a topic's number of partitions is taken as known, in milliseconds; as long as the Java client does. */
const PARTITIONS_AGE_MS = 300_000

interface Known {
  partitions: number
  untilMs: number
  failures: number
}

/** The topics that entries go to. */
export class Topics {
  readonly #transport: Transport
  readonly #known = new Map<string, Known>()
  readonly #problems: Problems

  constructor(transport: Transport, problems: Problems) {
    this.#transport = transport
    this.#problems = problems
  }

  /** A domain's topic. */
  name(domain: string): string {
    return topicNames(this.#transport.topicPrefix).domain(domain)
  }

  /** The partition of a key, or undefined while the topic's number of partitions is not known. */
  async partition(topic: string, key: Uint8Array): Promise<number | undefined> {
    const known = this.#known.get(topic)
    const { partitions } = known !== undefined && known.untilMs > performance.now() ? known : await this.#ask(topic)
    return partitions === 0 ? undefined : this.#transport.partitioner(key, partitions)
  }

  /** Asks again for a topic's partitions at its next entry. */
  forget(topic: string): void {
    this.#known.delete(topic)
  }

  async #ask(topic: string): Promise<Known> {
    const before = this.#known.get(topic) ?? { partitions: 0, untilMs: 0, failures: 0 }
    const known = { ...before }
    try {
      const [described] = await this.#transport.admin.describeTopics([topic])
      known.partitions = described?.partitions ?? 0
      known.failures = 0
      if (known.partitions === 0) throw missing(topic)
      known.untilMs = performance.now() + PARTITIONS_AGE_MS
      this.#problems.clear(topic)
    } catch (error) {
      known.failures = before.failures + 1
      known.untilMs = performance.now() + backoffMs(known.failures)
      const message = error instanceof Error ? error.message : String(error)
      this.#problems.set(topic, 'KAFKA_FAILING', `${topic} is not known: ${message}`)
    }
    this.#known.set(topic, known)
    return known
  }
}

function missing(topic: string): Error {
  return new Error(`The topic ${topic} does not exist. Create it with: hh-events topics apply`)
}
