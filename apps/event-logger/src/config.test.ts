import { expect, it } from 'vitest'
import { configFromEnv } from './config.ts'

function messageFor(env: Record<string, string>): string {
  try {
    configFromEnv(env)
  } catch (error) {
    expect(error).toMatchObject({ code: 'SETTINGS_INVALID' })
    return (error as Error).message
  }
  throw new Error('These settings were accepted.')
}

it('has the defaults of the Go service, and listens for requests on this machine only', () => {
  expect(configFromEnv({})).toMatchObject({
    kafka: { brokers: ['localhost:9092'], topicPrefix: 'house-helper' },
    groupId: 'house-helper-event-consumer',
    mongodbUri: 'mongodb://localhost:27017/?replicaSet=rs0',
    mongodbDatabase: 'house_helper_events',
    retention: [],
    http: { host: '127.0.0.1', port: 8080 },
    allowedHosts: [],
    probe: { host: '0.0.0.0', port: 9464 },
    logLevel: 'info',
  })
})

it('takes an empty variable for one that is not set', () => {
  expect(configFromEnv({ HTTP_PORT: '', MONGODB_URI: ' ', KAFKA_BROKERS: '' })).toEqual(configFromEnv({}))
})

it('reads every variable', () => {
  const env = {
    KAFKA_BROKERS: 'a:1,b:2',
    KAFKA_GROUP_ID: 'audit',
    MONGODB_URI: 'mongodb://u:p@db:1/?replicaSet=rs1',
    MONGODB_DATABASE: 'audit',
    EVENT_LOG_RETENTION: 'tasks=365d timers=36h',
    HTTP_HOST: '0.0.0.0',
    HTTP_PORT: '0',
    HTTP_ALLOWED_HOSTS: 'logger.internal, logger',
    PROBE_HOST: '::1',
    PROBE_PORT: '0',
    LOG_LEVEL: 'DEBUG',
  }
  expect(configFromEnv(env)).toMatchObject({
    kafka: { brokers: ['a:1', 'b:2'] },
    groupId: 'audit',
    mongodbUri: 'mongodb://u:p@db:1/?replicaSet=rs1',
    mongodbDatabase: 'audit',
    retention: [
      { domain: 'tasks', keepMs: 365 * 86_400_000 },
      { domain: 'timers', keepMs: 36 * 3_600_000 },
    ],
    http: { host: '0.0.0.0', port: 0 },
    allowedHosts: ['logger.internal', 'logger'],
    probe: { host: '::1', port: 0 },
    logLevel: 'debug',
  })
})

it("reports everything that is wrong at once, those settings that are Kafka clients' too", () => {
  const message = messageFor({
    KAFKA_BROKERS: 'nonsense',
    KAFKA_SASL_MECHANISM: 'rot13',
    KAFKA_GROUP_ID: 'a group',
    MONGODB_URI: 'http://db',
    MONGODB_DATABASE: 'a.b',
    EVENT_LOG_RETENTION: 'tasks=forever pets=3d',
    HTTP_HOST: 'a b',
    HTTP_PORT: '65536',
    HTTP_ALLOWED_HOSTS: 'https://a',
    PROBE_HOST: 'x/y',
    PROBE_PORT: '-1',
    LOG_LEVEL: 'chatty',
  })
  const named = [...message.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, variable]) => variable)
  expect(message).toMatch(/EVENT_LOG_RETENTION .*"tasks=forever" has no duration.*"pets=3d" names a domain/)
  expect(new Set(named)).toEqual(
    new Set([
      'KAFKA_BROKERS',
      'KAFKA_SASL_MECHANISM',
      'KAFKA_SASL_USERNAME',
      'KAFKA_SASL_PASSWORD',
      'KAFKA_GROUP_ID',
      'MONGODB_URI',
      'MONGODB_DATABASE',
      'EVENT_LOG_RETENTION',
      'HTTP_HOST',
      'HTTP_PORT',
      'HTTP_ALLOWED_HOSTS',
      'PROBE_HOST',
      'PROBE_PORT',
      'LOG_LEVEL',
    ]),
  )
})

it('refuses one port for requests and probes', () => {
  expect(messageFor({ HTTP_PORT: '8080', PROBE_PORT: '8080' })).toContain('PROBE_PORT is 8080, as HTTP_PORT is')
})

it.each([
  ['mongodb://user:s3cr3t@', 's3cr3t'],
  ['mongodb://user:s3cr3t@host:port/', 's3cr3t'],
  ['mongodb://user:s3%63r3t@host:1/?nonsense=s', 's3cr3t'],
  ['mongodb://us/er:s3cr3t@host:1', 's3cr3t'],
  ['s3cr3t', 's3cr3t'],
])('does not show the secret in %s', (MONGODB_URI, secret) => {
  const message = messageFor({ MONGODB_URI })
  expect(message).toContain('MONGODB_URI is no connection string')
  expect(message).not.toContain(secret)
})

it('names an option of the connection string that the driver does not know', () => {
  expect(messageFor({ MONGODB_URI: 'mongodb://user:s3cr3t@host:1/?replicaSett=rs0' })).toContain('replicasett')
})
