import { type Domain, type EventContract, topicNames } from '@house-helper/events-core'
import { asyncApiDataSchema, asyncApiMessage, messageName } from './asyncapi-message.ts'
import { asyncApiSecuritySchemes, asyncApiServers } from './asyncapi-server.ts'
import { type MessageSchema, readableEnvelope } from './envelope-schema.ts'

/** What an AsyncAPI document says about itself and the topics. */
export interface AsyncApiOptions {
  readonly title: string
  /** The version of what is described: of the domain's package, or of the shared packages for the whole system. */
  readonly version: string
  /** What it is about, in Markdown. */
  readonly description: string
  /** What each domain is about, by its name. */
  readonly summaries: ReadonlyMap<string, string>
  /** Partitions of each topic. Default 3. */
  readonly partitions?: number
  /** Replication factor of each topic. Default 1. */
  readonly replicas?: number
}

/** An AsyncAPI 3.0 document of domains: their topics, what is sent there, and how to connect. The same for the same input. */
export function asyncApiDocument(domains: readonly Domain[], options: AsyncApiOptions): MessageSchema {
  const { title, version, description } = options
  return {
    asyncapi: '3.0.0',
    info: {
      title,
      version,
      description,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      tags: domains.map(({ name }) => ({ name, description: options.summaries.get(name) ?? name })),
    },
    defaultContentType: 'application/json',
    servers: asyncApiServers,
    channels: Object.fromEntries(domains.map((domain) => [domain.name, channel(domain, options)])),
    operations: Object.fromEntries(domains.flatMap((domain) => operations(domain))),
    components: components(domains),
  }
}

function channel(domain: Domain, { partitions = 3, replicas = 1, summaries }: AsyncApiOptions): MessageSchema {
  const topic = topicNames().domain(domain.name)
  const messages = versionsOf(domain).map((contract) => {
    const name = messageName(contract)
    return [name, { $ref: `#/components/messages/${name}` }] as const
  })
  return {
    address: topic,
    title: topic,
    summary: summaries.get(domain.name) ?? domain.name,
    description: 'Events of one key are in order. `KAFKA_TOPIC_PREFIX` may give the topic another prefix.',
    messages: Object.fromEntries(messages),
    tags: [{ name: domain.name }],
    bindings: { kafka: { topic, partitions, replicas, bindingVersion: '0.5.0' } },
  }
}

function operations(domain: Domain): readonly (readonly [name: string, operation: MessageSchema])[] {
  const { name } = domain
  const of = (contracts: readonly EventContract[]) =>
    contracts.map((contract) => ({ $ref: `#/channels/${name}/messages/${messageName(contract)}` }))
  const common = { channel: { $ref: `#/channels/${name}` }, tags: [{ name }] }
  const groupId = {
    type: 'string',
    pattern: '^[a-zA-Z0-9._-]{1,200}$',
    description: '`KAFKA_GROUP_ID`, one for each service.',
  }
  return [
    [
      `publish-${name}`,
      {
        action: 'send',
        title: `Publish events of ${name}`,
        summary: `As \`@house-helper/${name}\` does: acks=all, at least once, under the same id when tried again.`,
        ...common,
        messages: of(domain.events.flatMap((contract) => published(contract))),
      },
    ],
    [
      `handle-${name}`,
      {
        action: 'receive',
        title: `Handle events of ${name}`,
        summary: 'At least once, in order for each key, one consumer group for each service.',
        ...common,
        messages: of(versionsOf(domain)),
        bindings: { kafka: { groupId, bindingVersion: '0.5.0' } },
      },
    ],
  ]
}

/** The versions that today's publishers may write: the newest, and the one that is on the wire until all readers know it. */
function published(contract: EventContract): readonly EventContract[] {
  return contract.versions.filter(({ version }) => version === contract.version || version === contract.publishAs)
}

function versionsOf(domain: Domain): readonly EventContract[] {
  return domain.events.flatMap((contract) => contract.versions)
}

function components(domains: readonly Domain[]): MessageSchema {
  const messages = domains.flatMap((domain) =>
    versionsOf(domain).map((contract) => [messageName(contract), asyncApiMessage(domain, contract)] as const),
  )
  const data = domains.flatMap((domain) => versionsOf(domain).map((contract) => asyncApiDataSchema(contract)))
  return {
    messages: Object.fromEntries(messages),
    schemas: { envelope: envelope(), headers, ...Object.fromEntries(data) },
    correlationIds: {
      story: {
        location: '$message.payload#/metadata/correlationId',
        description: 'What all events of one story share. Where it is absent, it is the event’s own id.',
      },
    },
    securitySchemes: asyncApiSecuritySchemes,
  }
}

function envelope(): MessageSchema {
  return {
    title: 'Event envelope',
    description: 'What every event carries, whoever published it.',
    ...readableEnvelope(),
  }
}

const headers: MessageSchema = {
  title: 'Headers',
  description: 'A message needs none: all about an event is in its payload.',
  type: 'object',
  properties: {
    traceparent: {
      type: 'string',
      pattern: '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
      description: 'W3C Trace Context, while tracing.',
    },
  },
}
