import type { ConnectionSettings } from '@house-helper/transport-kafkajs'
import type { AdminOptions } from '@platformatic/kafka'

const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const

/** Our connection settings in the words of @platformatic/kafka, TLS and SASL included. */
export function brokerSettings(
  connection: ConnectionSettings,
): Pick<AdminOptions, 'bootstrapBrokers' | 'tls' | 'sasl'> {
  const { brokers, ssl, sasl } = connection
  return {
    bootstrapBrokers: [...brokers],
    ...(ssl === undefined ? {} : { tls: { ...ssl } }),
    ...(sasl === undefined
      ? {}
      : { sasl: { mechanism: mechanisms[sasl.mechanism], username: sasl.username, password: sasl.password } }),
  }
}
