import { type KafkaServer, startKafka } from '@house-helper/local-stack'
import { connectionFromEnv } from '@house-helper/transport-kafka'
import { describeTransport, describeTransportAcls } from '@house-helper/transport-memory/suite'
import { afterAll, beforeAll } from 'vitest'
import { cleanUp, type OpenTransport, realSettings, remake, truncate } from './real-kafka.ts'

const waitMs = 30_000

/** Registers the suite of every Transport, on the tests' Kafka. */
export function describeOnKafka(name: string, open: OpenTransport): void {
  describeTransport(name, {
    open: async () => await open(realSettings()),
    waitMs,
    truncate,
    remake: async (topic) => await remake(open, topic),
    cleanUp: async ({ topics, groupIds }) => await cleanUp(topics, groupIds),
  })
}

/** Registers the suite's tests of ACLs, on a Kafka that keeps some. */
export function describeOnSecuredKafka(name: string, open: OpenTransport): void {
  let server: KafkaServer
  beforeAll(async () => {
    server = await startKafka({ security: { users: [{ name: 'admin', password: 'admin-secret', isSuperUser: true }] } })
  }, 120_000)
  afterAll(async () => await server?.close())

  const settings = () =>
    connectionFromEnv({
      KAFKA_BROKERS: server.brokers.join(','),
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: server.certificates?.caFile,
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'admin',
      KAFKA_SASL_PASSWORD: 'admin-secret',
    })
  describeTransportAcls(name, { open: async () => await open(settings()), waitMs, hasAcls: true })
}
