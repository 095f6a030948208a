import type { NamedServers } from './environment.ts'

/** Looks at the machine; each answer is undefined when the thing can be used, else why it can't. */
export interface Probes {
  whyNoDocker(): Promise<string | undefined>
  whyNoJava(): Promise<string | undefined>
}

/** Where a server comes from, and why from there. */
export type Choice<Kind extends string> = { kind: Kind; why: string }

/** Where Kafka comes from; `memory` when this machine can run none. */
export type KafkaChoice = Choice<'environment' | 'docker' | 'local' | 'memory'>

/** Where MongoDB comes from. */
export type MongoChoice = Choice<'environment' | 'docker' | 'local'>

/** Chooses a Kafka: what KAFKA_BROKERS names, else Docker Compose, else a local process, else none but memory. */
export async function chooseKafka(named: NamedServers, probes: Probes): Promise<KafkaChoice> {
  if (named.brokers) return { kind: 'environment', why: 'KAFKA_BROKERS names it' }
  const noDocker = await probes.whyNoDocker()
  if (noDocker === undefined) return { kind: 'docker', why: 'KAFKA_BROKERS is not set, and a Docker engine answers' }
  const noJava = await probes.whyNoJava()
  if (noJava === undefined) return { kind: 'local', why: `KAFKA_BROKERS is not set, and ${noDocker}` }
  return { kind: 'memory', why: `KAFKA_BROKERS is not set, ${noDocker}, and ${noJava}` }
}

/** Chooses a MongoDB: what MONGODB_URI names, else Docker Compose, else a local process. */
export async function chooseMongo(named: NamedServers, probes: Pick<Probes, 'whyNoDocker'>): Promise<MongoChoice> {
  if (named.mongodbUri) return { kind: 'environment', why: 'MONGODB_URI names it' }
  const noDocker = await probes.whyNoDocker()
  if (noDocker === undefined) return { kind: 'docker', why: 'MONGODB_URI is not set, and a Docker engine answers' }
  return { kind: 'local', why: `MONGODB_URI is not set, and ${noDocker}` }
}
