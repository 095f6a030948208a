import type { MessageSchema } from './envelope-schema.ts'

const variables = {
  host: { default: 'localhost', description: 'A broker of KAFKA_BROKERS.' },
  port: { default: '9092', description: 'Its port.' },
}

/** The clusters that a service may be connected to, with what its KAFKA_* variables say. */
export const asyncApiServers: MessageSchema = {
  kafka: {
    host: '{host}:{port}',
    protocol: 'kafka',
    description: 'A cluster without TLS and login, as a developer’s machine has it.',
    variables,
  },
  'kafka-secure': {
    host: '{host}:{port}',
    protocol: 'kafka-secure',
    description:
      'A cluster with TLS (`KAFKA_SSL`) and, where the brokers ask for it, a login (`KAFKA_SASL_MECHANISM`).',
    variables,
    security: ['scram-sha-512', 'scram-sha-256', 'plain', 'certificate'].map((name) => ({
      $ref: `#/components/securitySchemes/${name}`,
    })),
  },
}

/** How a service may log in at a cluster. */
export const asyncApiSecuritySchemes: MessageSchema = {
  'scram-sha-512': { type: 'scramSha512', description: '`KAFKA_SASL_MECHANISM=scram-sha-512`.' },
  'scram-sha-256': { type: 'scramSha256', description: '`KAFKA_SASL_MECHANISM=scram-sha-256`.' },
  plain: { type: 'plain', description: '`KAFKA_SASL_MECHANISM=plain`.' },
  certificate: { type: 'X509', description: 'A client’s certificate: `KAFKA_SSL_CERT_FILE` and `KAFKA_SSL_KEY_FILE`.' },
}
