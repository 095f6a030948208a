import { randomUUID } from 'node:crypto'
import { topicNames, type Transport } from '@house-helper/events-core'
import type { SimulatedEvent } from '@house-helper/household-simulator'
import { createTasksPublisher, type Published, type TasksPublisher } from '@house-helper/tasks'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { type Db, MongoClient } from 'mongodb'
import { type Book, createBook } from '../book.ts'
import type { SoakEvent } from '../events.ts'
import type { Servers } from '../stack.ts'

/** A site is the topics of one domain and one group, a database and a book of what was acknowledged there. */
export interface Site extends AsyncDisposable {
  /** What its topics, group and database begin with. */
  readonly prefix: string
  readonly groupId: string
  readonly topics: { readonly domain: string; readonly inbox: string; readonly dead: string }
  /** Straight to the broker. */
  readonly transport: Transport
  readonly client: MongoClient
  readonly db: Db
  readonly book: Book
  /** Publishes a task's event; resolves once it is acknowledged, and noted in the book. */
  publish(soakEvent: SoakEvent): Promise<void>
}

/** What a site has. */
export interface SiteOptions {
  readonly servers: Servers
  readonly partitions: number
}

/** Makes a site with topics of its own; disposing drops its database. */
export async function createSite({ servers, partitions }: SiteOptions): Promise<Site> {
  const prefix = `s${randomUUID().slice(0, 13)}`
  const groupId = `${prefix}-group`
  const names = topicNames(prefix)
  const topics = { domain: names.domain('tasks'), inbox: names.inbox(groupId), dead: names.dead(groupId) }
  await using owned = new AsyncDisposableStack()
  const transport = createKafkaTransport({ brokers: servers.brokers, topicPrefix: prefix })
  owned.defer(() => transport.close())
  const specs = Object.values(topics).map((name) => ({ name, partitions, replicationFactor: 1, config: {} }))
  await transport.admin.createTopics(specs)
  const client = await MongoClient.connect(servers.mongodbUri)
  owned.defer(() => client.close())
  const db = client.db(prefix)
  owned.defer(async () => void (await db.dropDatabase()))
  const publisher = createTasksPublisher({ source: 'task-service', transport })
  owned.defer(async () => void (await publisher.close()))
  const book = createBook()
  const kept = owned.move()
  return {
    ...{ prefix, groupId, topics, transport, client, db, book },
    publish: async (soakEvent) => book.acknowledge(soakEvent, await publishTask(publisher, soakEvent.event)),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

function publishTask(publisher: TasksPublisher, event: SimulatedEvent): Promise<Published> {
  if (event.domain !== 'tasks') throw new Error(`A site publishes tasks, not ${event.type}.`)
  const { type, data, fields } = event
  // The event's type and data belong together; the compiler cannot follow that through a union.
  return publisher.publish(type, data as never, fields)
}
