import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kafkaAclsCommands, rightsOf } from '@house-helper/contracts'
import { configFromEnv } from '@house-helper/event-logger'
import { describe, expect, it } from 'vitest'
import { documentedServices } from './documented-services.ts'
import { DEFAULT_EVENT_LOGGER_URL, loggerUrlFromEnv } from './logger/logger-settings.ts'
import { readVariables } from './read-variables.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/operate.md'), 'utf8')
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)?/gm)]
const documented = new Map(rows.map((match) => [match[1] as string, match[2]]))

describe('docs/operate.md', () => {
  it('lists exactly the variables that are read', () => {
    const read = [...readVariables(configFromEnv), ...readVariables(loggerUrlFromEnv), 'NO_COLOR']
    expect([...documented.keys()].sort()).toEqual(read.sort())
  })

  it('names the defaults that hold', () => {
    const { kafka, groupId, mongodbUri, mongodbDatabase, http, probe, logLevel } = configFromEnv({})
    expect(Object.fromEntries([...documented].filter(([, value]) => value !== undefined))).toEqual({
      KAFKA_BROKERS: kafka.brokers.join(','),
      KAFKA_CLIENT_ID: kafka.clientId,
      KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
      KAFKA_PARTITIONER: kafka.partitioner,
      KAFKA_SSL: String(kafka.ssl !== undefined),
      KAFKA_TRANSPORT: kafka.kafkaClient,
      KAFKA_GROUP_ID: groupId,
      MONGODB_URI: mongodbUri,
      MONGODB_DATABASE: mongodbDatabase,
      HTTP_HOST: http.host,
      HTTP_PORT: String(http.port),
      PROBE_HOST: probe.host,
      PROBE_PORT: String(probe.port),
      LOG_LEVEL: logLevel,
      EVENT_LOGGER_URL: DEFAULT_EVENT_LOGGER_URL,
    })
  })

  it('shows exactly the rights that are planned for its four services', () => {
    const acls = rightsOf(documentedServices, { topicPrefix: 'house-helper' }).map(({ acl }) => acl)
    const options = { bootstrapServer: 'kafka:9093', commandConfig: 'admin.properties' }
    const shown = page.split('\n').filter((line) => line.startsWith('kafka-acls.sh '))
    expect(shown).toEqual(kafkaAclsCommands(acls, options))
  })
})
