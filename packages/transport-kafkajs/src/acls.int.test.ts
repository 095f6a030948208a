import { type KafkaServer, startKafka } from '@house-helper/local-stack'
import { connectionFromEnv } from '@house-helper/transport-kafka'
import { describeTransportAcls } from '@house-helper/transport-memory/suite'
import { afterAll, beforeAll } from 'vitest'
import { createKafkaTransport } from './transport.ts'

let server: KafkaServer
beforeAll(async () => {
  server = await startKafka({ security: { users: [{ name: 'admin', password: 'admin-secret', isSuperUser: true }] } })
}, 120_000)
afterAll(async () => await server?.close())

describeTransportAcls('kafkajs', {
  open: async () =>
    createKafkaTransport(
      connectionFromEnv({
        KAFKA_BROKERS: server.brokers.join(','),
        KAFKA_SSL: 'true',
        KAFKA_SSL_CA_FILE: server.certificates?.caFile,
        KAFKA_SASL_MECHANISM: 'plain',
        KAFKA_SASL_USERNAME: 'admin',
        KAFKA_SASL_PASSWORD: 'admin-secret',
      }),
    ),
  waitMs: 30_000,
  hasAcls: true,
})
