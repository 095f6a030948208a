import { type Transport, topicNames } from '@house-helper/events-core'
import { createPublishers, type DomainName } from '@house-helper/household-simulator'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { Admin } from '@platformatic/kafka'
import { type Db, MongoClient } from 'mongodb'
import { type Book, createBook } from './book.ts'
import { createEffectCollections, domainsOf } from './effects.ts'
import type { SoakEvent } from './events.ts'
import { type Program, startProgram } from './program.ts'
import type { Servers } from './stack.ts'

/** What a stand is made of. */
export interface StandOptions {
  readonly servers: Servers
  /** What its topics, groups and databases are called; one that nothing else on the servers has. */
  readonly name: string
  /** The domains that are published, with the number of partitions of each topic. */
  readonly domains: Readonly<Partial<Record<DomainName, number>>>
  /** The event types that the handlers handle. Default none. */
  readonly handledTypes?: readonly string[]
  readonly logDir: string
  /** Default 1. */
  readonly replicationFactor?: number
  /** Settings of the domain topics, such as `min.insync.replicas`. */
  readonly topicConfig?: Readonly<Record<string, string>>
}

/** A stand is one part's topics, groups and databases, its publishers, and the programs that are started on them. */
export interface Stand extends AsyncDisposable {
  readonly name: string
  readonly domains: readonly DomainName[]
  /** The topics of the domains. */
  readonly topics: readonly string[]
  readonly handledTypes: readonly string[]
  readonly loggerGroup: string
  readonly handlerGroup: string
  /** Leads past the proxies: for counting and waiting. */
  readonly transport: Transport
  /** The event log, past the proxies. */
  readonly log: Db
  /** The handlers' database, past the proxies. */
  readonly service: Db
  readonly book: Book
  /** The programs that were started, also those that have ended. */
  readonly programs: readonly Program[]
  /** Publishes through the proxies and writes the acknowledgement into the book. Never rejects: see `book.rejected`. */
  publish(event: SoakEvent): Promise<void>
  /** Opens further publishers with connections of their own; their acknowledgements are in the same book. */
  openPublisher(): StandPublisher
  /** Starts an event logger, the real program; another one that takes the same variables can be named. */
  startLogger(env?: Readonly<Record<string, string>>, file?: URL): Program
  /** Starts a handler process of `handledTypes` under `once`; another program that takes the same variables can be named. */
  startHandler(env?: Readonly<Record<string, string>>, file?: URL): Program
  /** Ends programs and publishers, drops the databases and the topics. */
  close(): Promise<void>
}

/** Publishers of all domains on connections of their own. */
export interface StandPublisher extends AsyncDisposable {
  /** As `publish` of the stand. */
  publish(event: SoakEvent): Promise<void>
  /** Sends what is queued, for at most so many milliseconds, and closes the connections. */
  close(timeoutMs: number): Promise<void>
}

// As its Dockerfile starts it.
const loggerArgs = ['--max-old-space-size=384', '--max-semi-space-size=8']
const loggerMain = new URL('./main.ts', import.meta.resolve('@house-helper/event-logger'))
/** The event logger with a session of 3 s, for `startLogger`: what a killed one held goes on within seconds. */
export const briefLogger = new URL('./programs/brief-logger.ts', import.meta.url)

const CLOSE_TIMEOUT_MS = 1_000
const handlerProgram = new URL('./programs/handler.ts', import.meta.url)

/** Creates the topics, of the handlers' group too, and opens what is needed. Nothing is started yet. */
export async function createStand(options: StandOptions): Promise<Stand> {
  const { servers, name, handledTypes = [] } = options
  const transport = createKafkaTransport({ brokers: servers.brokers, topicPrefix: name })
  const client = await MongoClient.connect(servers.mongodbUri)
  const stand = new RealStand(options, { transport, client })
  await createTopics(transport, options, stand.handlerGroup)
  if (handledTypes.length > 0) {
    await createEffectCollections(stand.service)
    const unknown = domainsOf(handledTypes).filter((domain) => !stand.domains.includes(domain))
    if (unknown.length > 0) throw new Error(`The handled types need the domains ${unknown.join(', ')} too.`)
  }
  return stand
}

interface Connections {
  readonly transport: Transport
  readonly client: MongoClient
}

class RealStand implements Stand {
  readonly name: string
  readonly domains: readonly DomainName[]
  readonly topics: readonly string[]
  readonly handledTypes: readonly string[]
  readonly loggerGroup: string
  readonly handlerGroup: string
  readonly transport: Transport
  readonly log: Db
  readonly service: Db
  readonly book = createBook()
  readonly programs: Program[] = []
  readonly #options: StandOptions
  readonly #connections: Connections
  readonly #publisher: StandPublisher
  #started = 0

  constructor(options: StandOptions, connections: Connections) {
    const { name, handledTypes = [] } = options
    this.name = name
    this.domains = Object.keys(options.domains) as DomainName[]
    this.topics = this.domains.map(topicNames(name).domain)
    this.handledTypes = handledTypes
    this.loggerGroup = `${name}-logger`
    this.handlerGroup = `${name}-handlers`
    this.transport = connections.transport
    this.log = connections.client.db(name)
    this.service = connections.client.db(`${name}-service`)
    this.#options = options
    this.#connections = connections
    this.#publisher = this.openPublisher()
  }

  publish(event: SoakEvent): Promise<void> {
    return this.#publisher.publish(event)
  }

  openPublisher(): StandPublisher {
    const { book, name } = this
    const transport = createKafkaTransport({ brokers: this.#options.servers.tested.brokers, topicPrefix: name })
    const publishers = createPublishers({ transport })
    const close = async (timeoutMs: number): Promise<void> => {
      await publishers.close(timeoutMs)
      await transport.close()
    }
    return {
      async publish(event) {
        const startMs = performance.now()
        try {
          const place = await publishers.publish(event.event)
          book.acknowledge(event, place, performance.now() - startMs)
        } catch (error) {
          book.reject(error)
        }
      },
      close,
      [Symbol.asyncDispose]: () => close(CLOSE_TIMEOUT_MS),
    }
  }

  startLogger(env: Readonly<Record<string, string>> = {}, file: URL = loggerMain): Program {
    const settings = {
      KAFKA_GROUP_ID: this.loggerGroup,
      MONGODB_DATABASE: this.log.databaseName,
      HTTP_PORT: '0',
      PROBE_HOST: '127.0.0.1',
      PROBE_PORT: '0',
    }
    return this.#start('logger', file, { ...settings, ...env }, loggerArgs)
  }

  startHandler(env: Readonly<Record<string, string>> = {}, file: URL = handlerProgram): Program {
    const settings = {
      KAFKA_GROUP_ID: this.handlerGroup,
      MONGODB_DATABASE: this.service.databaseName,
      HANDLED_TYPES: this.handledTypes.join(','),
    }
    return this.#start('handler', file, { ...settings, ...env })
  }

  #start(kind: string, file: URL, env: Readonly<Record<string, string>>, nodeArgs: readonly string[] = []): Program {
    const { tested } = this.#options.servers
    const program = startProgram({
      name: `${kind}-${++this.#started}`,
      file,
      nodeArgs,
      logDir: this.#options.logDir,
      env: {
        KAFKA_BROKERS: tested.brokers.join(','),
        KAFKA_TOPIC_PREFIX: this.name,
        MONGODB_URI: tested.mongodbUri,
        ...env,
      },
    })
    this.programs.push(program)
    return program
  }

  async close(): Promise<void> {
    await Promise.all(this.programs.filter(({ hasEnded }) => !hasEnded).map((program) => program.kill()))
    await this.#publisher.close(CLOSE_TIMEOUT_MS)
    const { transport, client } = this.#connections
    await this.#deleteTopics()
    await transport.close()
    await this.log.dropDatabase()
    await this.service.dropDatabase()
    await client.close()
  }

  // No part of the Transport port: services never delete a topic.
  async #deleteTopics(): Promise<void> {
    const admin = new Admin({ clientId: this.name, bootstrapBrokers: [...this.#options.servers.brokers] })
    try {
      const all = await this.transport.admin.describeTopics()
      const topics = all.map((topic) => topic.name).filter((topic) => topic.startsWith(`${this.name}.`))
      await admin.deleteTopics({ topics })
    } finally {
      await admin.close()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

async function createTopics(transport: Transport, options: StandOptions, group: string): Promise<void> {
  const { name, replicationFactor = 1, topicConfig: config = {}, handledTypes = [] } = options
  const names = topicNames(name)
  const own = handledTypes.length === 0 ? [] : [names.inbox(group), names.dead(group)]
  await transport.admin.createTopics([
    ...Object.entries(options.domains).map(([domain, partitions]) => ({
      name: names.domain(domain),
      partitions,
      replicationFactor,
      config,
    })),
    ...own.map((topic) => ({ name: topic, partitions: 3, replicationFactor, config: {} })),
  ])
}
