import { join } from 'node:path'
import { chooseKafka, chooseMongo, type KafkaChoice, type MongoChoice, type Probes } from './choice.ts'
import { startInDocker, whyNoDocker } from './docker.ts'
import { type NamedServers, namedServers } from './environment.ts'
import { LocalStackError } from './errors.ts'
import { findJava, javaRemedy } from './kafka/java.ts'
import { startKafka } from './kafka/kafka-server.ts'
import { startMongo } from './mongodb/mongodb-server.ts'
import type { OnProgress } from './progress.ts'
import { expectBroker, expectMongo } from './reachability.ts'

/** How a stack is brought up; every setting has a default. */
export interface StackOptions {
  /** Where the data of both servers is and stays, each in a folder of its own. Default: temporary, gone with the stack. */
  dataDir?: string | undefined
  /** Throws the data of an earlier start away. Default: false. */
  fresh?: boolean | undefined
  /** What to do where no Kafka can run: `memory` says so in the stack, `fail` throws. Default: `fail`. */
  withoutKafka?: 'memory' | 'fail' | undefined
  /** Of local servers: `start` is ready sooner and takes little memory, `throughput` is for measuring. Default: `start`. */
  tunedFor?: 'start' | 'throughput' | undefined
  /** Default: process.env. */
  env?: NodeJS.ProcessEnv | undefined
  onProgress?: OnProgress | undefined
  /** Aborting it while the stack starts ends what was started. */
  signal?: AbortSignal | undefined
}

/** The Kafka of a stack. `memory` has no brokers: this machine can run none. */
export interface StackKafka extends KafkaChoice {
  readonly brokers: readonly string[]
  /** Resolves when a server of ours has ended, wanted or not; never for another's. */
  readonly ended: Promise<unknown>
}

/** The MongoDB of a stack. */
export interface StackMongo extends MongoChoice {
  readonly uri: string
  /** What runs, where we know. */
  readonly description: string
  /** Resolves when a server of ours has ended, wanted or not; never for another's. */
  readonly ended: Promise<unknown>
}

/** A Kafka and a MongoDB that serve, however they came about. */
export interface Stack {
  readonly kafka: StackKafka
  readonly mongodb: StackMongo
  /** Ends the servers that are ours, and waits until they are gone. Safe to call again. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Brings up Kafka and MongoDB, side by side; resolves when both serve.
 * Each is what the environment names (KAFKA_BROKERS, MONGODB_URI), else in Docker Compose, else a local process.
 * Throws a LocalStackError that says what to do, with nothing left running. Servers end with this process in any case.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const named = namedServers(options.env ?? process.env)
  // When one fails, the other needn't go on starting.
  const failed = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal
  const probes = machineProbes(signal)
  const starts = [
    kafkaOf(named, probes, { ...options, signal }),
    mongoOf(named, probes, { ...options, signal }),
  ] as const
  for (const start of starts) start.catch((error) => failed.abort(error))
  const [kafka, mongodb] = await Promise.allSettled(starts)
  if (kafka.status === 'fulfilled' && mongodb.status === 'fulfilled') return stackOf(kafka.value, mongodb.value)
  await Promise.all([kafka, mongodb].map((start) => start.status === 'fulfilled' && start.value.close()))
  // The first failure; the other one is only its consequence.
  throw failed.signal.reason
}

/** A server of the stack with the way to end it, where it is ours to end. */
interface Part<Server> {
  server: Server
  close(): Promise<void>
}

function stackOf(kafka: Part<StackKafka>, mongodb: Part<StackMongo>): Stack {
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= Promise.all([kafka.close(), mongodb.close()]).then(() => {})
    return closing
  }
  return { kafka: kafka.server, mongodb: mongodb.server, close, [Symbol.asyncDispose]: close }
}

function machineProbes(signal: AbortSignal): Probes {
  let docker: Promise<string | undefined> | undefined
  return {
    whyNoDocker: () => {
      docker ??= whyNoDocker(signal)
      return docker
    },
    whyNoJava: async () => {
      const java = await findJava(process.env, signal)
      return typeof java === 'string' ? java : undefined
    },
  }
}

const notOurs = { ended: new Promise<never>(() => {}), close: async () => {} } as const

async function kafkaOf(named: NamedServers, probes: Probes, options: StackOptions): Promise<Part<StackKafka>> {
  const choice = await chooseKafka(named, probes)
  const { close, ended } = notOurs
  const settings = { ...options, dataDir: options.dataDir && join(options.dataDir, 'kafka') }
  switch (choice.kind) {
    case 'environment': {
      const brokers = named.brokers ?? []
      await expectBroker(brokers)
      return { server: { ...choice, brokers, ended }, close }
    }
    case 'docker': {
      const kafka = await startInDocker('kafka', settings)
      return { server: { ...choice, brokers: [kafka.address], ended: kafka.ended }, close: kafka.close }
    }
    case 'local': {
      const kafka = await startKafka(settings)
      return { server: { ...choice, brokers: kafka.brokers, ended: kafka.ended }, close: kafka.close }
    }
    case 'memory':
      if (options.withoutKafka === 'memory') return { server: { ...choice, brokers: [], ended }, close }
      throw new LocalStackError('KAFKA_MISSING', `no Kafka can run here: ${choice.why}; ${javaRemedy}`)
  }
}

async function mongoOf(named: NamedServers, probes: Probes, options: StackOptions): Promise<Part<StackMongo>> {
  const choice = await chooseMongo(named, probes)
  const { close, ended } = notOurs
  const settings = { ...options, dataDir: options.dataDir && join(options.dataDir, 'mongodb') }
  switch (choice.kind) {
    case 'environment': {
      const uri = named.mongodbUri ?? ''
      await expectMongo(uri)
      return { server: { ...choice, uri, description: 'MongoDB', ended }, close }
    }
    case 'docker': {
      const mongo = await startInDocker('mongodb', settings)
      const description = 'MongoDB in Docker Compose'
      return { server: { ...choice, uri: mongo.address, description, ended: mongo.ended }, close: mongo.close }
    }
    case 'local': {
      const cacheGb = options.tunedFor === 'throughput' ? 'unbound' : undefined
      const { uri, description, ended, close } = await startMongo({ ...settings, cacheGb })
      return { server: { ...choice, uri, description, ended }, close }
    }
  }
}
