import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type ClusterNode, createClusterNode, onAllNodes } from '../cluster-node.ts'
import { openDataFolder } from '../data-folder.ts'
import { freePorts } from '../ports.ts'
import type { OnProgress } from '../progress.ts'
import { startOnFreePorts } from '../start-attempts.ts'
import {
  formatKafka,
  type KafkaProgram,
  kafkaLogFile,
  kafkaProgram,
  newClusterId,
  runKafka,
  writeKafkaProperties,
} from './kafka-process.ts'
import { createPartitionLeaders, type PartitionState } from './partition-leaders.ts'
import { serverProperties } from './server-properties.ts'

/** How a local cluster is started; every setting has a default. */
export interface KafkaClusterOptions {
  /** Three, so that any one of them can go away; or one that is alone. Default: 3. */
  size?: 1 | 3 | undefined
  /** Further settings of every broker, by their name in server.properties. */
  properties?: Readonly<Record<string, string>> | undefined
  /** The Java heap's bound of each broker. Default: 384. */
  heapMb?: number | undefined
  /** Of each broker. Default: 120,000. */
  startTimeoutMs?: number | undefined
  /** Between asking a broker to end and killing it. Default: 30,000: it hands over its partitions first. */
  stopTimeoutMs?: number | undefined
  onProgress?: OnProgress | undefined
  signal?: AbortSignal | undefined
}

/** A running Kafka whose brokers, each a controller too, can go away and come back on their data. */
export interface KafkaCluster {
  /** The addresses of all brokers, for KAFKA_BROKERS. */
  readonly brokers: readonly string[]
  readonly nodes: readonly ClusterNode[]
  /** A topic's partitions as the brokers see them now: who leads, who is in sync. Waits until a broker answers. */
  partitions(topic: string): Promise<readonly PartitionState[]>
  /** Ends every broker and removes their data. Safe to call again. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts brokers on this machine, with temporary data; resolves when all of them serve.
 * Of three brokers, topics get three replicas and need two in sync for an append; a replica that is not in sync never
 * leads, and a broker that says nothing for 3 s is fenced (Kafka's default is 9 s).
 * Throws `JAVA_MISSING`, `DOWNLOAD_FAILED` or what ended a broker, with nothing left running.
 */
export async function startKafkaCluster(options: KafkaClusterOptions = {}): Promise<KafkaCluster> {
  const tell = (step: string) => options.onProgress?.({ server: 'kafka', step })
  const program = await kafkaProgram(tell, options.signal)
  return startOnFreePorts(async () => await startBrokers(program, options, tell))
}

async function startBrokers(
  program: KafkaProgram,
  options: KafkaClusterOptions,
  tell: (step: string) => void,
): Promise<KafkaCluster> {
  const folder = await openDataFolder({ server: 'kafka', signal: options.signal })
  const nodes: ClusterNode[] = []
  const close = async (): Promise<void> => {
    // Not in order: the last ones would wait for a quorum that is gone, and the data goes anyway.
    await onAllNodes(nodes, (node) => node.kill())
    await folder.release()
  }
  try {
    const places = await placesOf(folder.path, options.size ?? 3)
    const clusterId = newClusterId()
    tell('formatting the data folders of the brokers')
    const made = places.map(async (place) => {
      const process = {
        heapMb: 384,
        startTimeoutMs: 120_000,
        stopTimeoutMs: 30_000,
        ...options,
        program,
        path: place.path,
      }
      await mkdir(place.path)
      await writeKafkaProperties(process, propertiesOf(place, places, options))
      await formatKafka(process, clusterId)
      const launch = () => runKafka(process, folder.heldBy)
      return createClusterNode({ id: place.id, address: place.address, logFile: kafkaLogFile(process), launch })
    })
    nodes.push(...(await Promise.all(made)))
    tell('starting the brokers')
    await onAllNodes(nodes, (node) => node.start())
  } catch (error) {
    await close()
    throw error
  }
  const brokers = nodes.map(({ address }) => address)
  return { brokers, nodes, partitions: createPartitionLeaders(brokers), close, [Symbol.asyncDispose]: close }
}

interface Place {
  readonly id: number
  readonly path: string
  readonly address: string
  readonly ports: { client: number; controller: number; proxied: number }
}

async function placesOf(path: string, size: number): Promise<Place[]> {
  const nodeIds = Array.from({ length: size }, (_, index) => index + 1)
  // All at once: ports that are only looked for one after the other may be the same.
  const ports = await freePorts(nodeIds.flatMap((id) => [`client ${id}`, `controller ${id}`]))
  return nodeIds.map((id) => ({
    id,
    path: join(path, `broker-${id}`),
    address: `127.0.0.1:${ports[`client ${id}`]}`,
    ports: { client: ports[`client ${id}`] ?? 0, controller: ports[`controller ${id}`] ?? 0, proxied: 0 },
  }))
}

function propertiesOf({ id, path, ports }: Place, all: readonly Place[], { properties }: KafkaClusterOptions): string {
  const voters = all.map((place) => `${place.id}@127.0.0.1:${place.ports.controller}`).join(',')
  return serverProperties({
    logDir: join(path, 'data'),
    ports,
    properties: {
      ...(all.length > 1 && replicated),
      'node.id': String(id),
      'controller.quorum.voters': voters,
      ...properties,
    },
  })
}

const replicated = {
  'default.replication.factor': '3',
  'min.insync.replicas': '2',
  'unclean.leader.election.enable': 'false',
  'offsets.topic.replication.factor': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
  'share.coordinator.state.topic.replication.factor': '3',
  'share.coordinator.state.topic.min.isr': '2',
  'broker.heartbeat.interval.ms': '500',
  'broker.session.timeout.ms': '3000',
} as const
