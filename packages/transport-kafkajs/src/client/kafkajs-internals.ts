import { createRequire } from 'node:module'
import { CoreError } from '@house-helper/events-core'
import type { Kafka, logLevel } from 'kafkajs'

// The one place that reaches into kafkajs. What it takes is not public API, so it holds for this very version only.
const SUPPORTED_VERSION = '2.2.4'
const require = createRequire(import.meta.url)

/** A request of the Kafka protocol as kafkajs sends it: how to write it and how to read its answer. */
export interface ProtocolExchange {
  readonly request: {
    readonly apiKey: number
    readonly apiName: string
    readonly apiVersion: number
    encode(): Promise<EncodedRequest>
  }
  readonly response: { decode(raw: Buffer): Promise<unknown>; parse(data: unknown): Promise<unknown> }
  readonly requestTimeout?: number
}

/** What kafkajs copies into the frame; its own encoders have this shape. */
export interface EncodedRequest {
  readonly buf: Buffer
  readonly buffer: Buffer
}

/** One TCP connection of kafkajs. */
export interface KafkaConnection {
  readonly socket?: { readonly connecting?: boolean; destroy(error?: Error): void }
  readonly requestQueue: { rejectAll(error: Error): void; destroy(): void }
  connectionStatus: string
  authenticatedAt: unknown
  isConnected(): boolean
  disconnect(): Promise<unknown>
}

/** The two connections that kafkajs keeps to one broker: 0 for everything, 1 for fetching. */
export interface ConnectionPool {
  readonly host: string
  readonly port: number
  readonly pool: readonly KafkaConnection[]
  getConnection(index: number): Promise<KafkaConnection>
  send(exchange: ProtocolExchange): Promise<unknown>
}

/** One broker as kafkajs sees it. */
export interface Broker {
  readonly nodeId: number | string | null
  readonly connectionPool: ConnectionPool
  connect(): Promise<void>
  disconnect(): Promise<void>
  lookupRequest(apiKey: number, definition: RequestDefinition): (args: object) => ProtocolExchange
}

/** kafkajs's list of brokers, of which only its factories are used here. */
export interface BrokerPool {
  createBroker(options: { connectionPool: ConnectionPool; logger: unknown; nodeId?: number }): Broker
  readonly rootLogger: unknown
  readonly connectionPoolBuilder: { build(address: { host: string; port: number }): Promise<ConnectionPool> }
}

/** kafkajs's view of a cluster. */
export interface Cluster {
  readonly brokerPool: BrokerPool & { readonly metadata: object | null }
  committedOffsets(group: { groupId: string }): Record<string, Record<number, string>>
  refreshMetadata(): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  findGroupCoordinator(request: { groupId: string }): Promise<Broker>
  findBroker(broker: { nodeId: number | string }): Promise<Broker>
}

/** The versions of one request that kafkajs knows. */
export interface RequestDefinition {
  readonly versions: readonly string[]
}

interface Internals {
  readonly Kafka: typeof Kafka
  readonly logLevel: typeof logLevel
  readonly requests: Readonly<Record<string, RequestDefinition>>
  readonly apiKeys: Readonly<Record<string, number>>
  readonly RequestQueue: { readonly prototype: Record<string, unknown> }
  readonly createErrorFromCode: (code: number) => Error & { type: string; code: number; retriable: boolean }
  readonly roundRobin: (config: object) => { name: string; version: number; assign(group: object): Promise<object[]> }
}

let loaded: Internals | undefined

/**
 * kafkajs, with the parts that its public API does not offer; loaded by the first call.
 *
 * @throws CoreError `PACKAGES_INCOMPATIBLE` where another version of kafkajs is installed.
 */
export function kafkajsInternals(): Internals {
  loaded ??= load()
  return loaded
}

/** Says that a version of kafkajs is not the one that this package knows from the inside; undefined where it is. */
export function versionProblem(version: string): CoreError | undefined {
  if (version === SUPPORTED_VERSION) return undefined
  return new CoreError(
    'PACKAGES_INCOMPATIBLE',
    `@house-helper/transport-kafkajs works with kafkajs ${SUPPORTED_VERSION} exactly, but ${version} is installed. Remove the override of kafkajs from your package manager's settings.`,
    { details: { installed: version, supported: SUPPORTED_VERSION } },
  )
}

/** Makes kafkajs's view of a cluster: what its producers, consumers and admins are built on. It connects to nothing yet. */
export function createCluster(kafka: object): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find((own) => own.description === 'private:Kafka:createCluster')
  const create = symbol && (kafka as Record<symbol, unknown>)[symbol]
  if (typeof create !== 'function') {
    throw new CoreError('PACKAGES_INCOMPATIBLE', 'This kafkajs has no way to make a cluster; install kafkajs 2.2.4.')
  }
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false }) as Cluster
}

function load(): Internals {
  const { version } = require('kafkajs/package.json') as { version: string }
  const problem = versionProblem(version)
  if (problem) throw problem
  return {
    ...(require('kafkajs') as typeof import('kafkajs')),
    requests: require('kafkajs/src/protocol/requests').requests,
    apiKeys: require('kafkajs/src/protocol/requests/apiKeys'),
    RequestQueue: require('kafkajs/src/network/requestQueue'),
    createErrorFromCode: require('kafkajs/src/protocol/error').createErrorFromCode,
    roundRobin: require('kafkajs/src/consumer/assigners').roundRobin,
  }
}
