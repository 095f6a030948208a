import type { Transport } from '@house-helper/events-core'

/** What topic identities are read from. */
export interface TopicIdentitiesOptions {
  readonly transport: Transport
  readonly topics: readonly string[]
}

/**
 * The identities of topics tell a topic from another one of the same name: one that is deleted and made again has another
 * id. By its offsets alone it could be taken for the one before.
 */
export class TopicIdentities {
  readonly #options: TopicIdentitiesOptions
  #ids: ReadonlyMap<string, string> = new Map()

  constructor(options: TopicIdentitiesOptions) {
    this.#options = options
  }

  /** Asks the brokers. Rejects where they do not answer; what was known stays. */
  async refresh(): Promise<void> {
    const { transport, topics } = this.#options
    this.#ids = await transport.admin.topicIds(topics)
  }

  /** The topic's id as last heard of; undefined before that, and where brokers are too old to have ids. */
  idOf(topic: string): string | undefined {
    return this.#ids.get(topic)
  }
}
