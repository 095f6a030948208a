import { readFile } from 'node:fs/promises'
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
  type SASLOptions,
} from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type KafkaServer, startKafka } from './kafka-server.ts'

let server: KafkaServer
let tls: { ca: string; cert: string; key: string }

// A start takes seconds, on a busy machine many.
vi.setConfig({ hookTimeout: 180_000 })

beforeAll(async () => {
  const users = [
    { name: 'admin', password: 'admin-secret', isSuperUser: true },
    { name: 'alice', password: 'alice-secret' },
  ]
  server = await startKafka({ security: { users, clientCertificates: 'required' } })
  if (!server.certificates) throw new Error('a secure broker has certificates')
  const { caFile, clientCertificateFile, clientKeyFile } = server.certificates
  const read = (file: string) => readFile(file, 'utf8')
  tls = { ca: await read(caFile), cert: await read(clientCertificateFile), key: await read(clientKeyFile) }
  const admin = connectAs('admin', 'admin-secret').admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'open-to-alice' }, { topic: 'closed' }], waitForLeaders: true })
  await admin.createAcls({ acl: [mayDescribe('alice', 'open-to-alice')] })
  await admin.disconnect()
})

afterAll(() => server?.close())

describe.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('over SASL_SSL with %s', (mechanism) => {
  test('the right password is let in', async () => {
    const admin = connectAs('alice', 'alice-secret', mechanism).admin()
    await admin.connect()
    expect(await admin.listTopics()).toEqual(['open-to-alice'])
    await admin.disconnect()
  })

  test('a wrong password is refused', async () => {
    const admin = connectAs('alice', 'wrong', mechanism).admin()
    await expect(admin.connect()).rejects.toMatchObject({ name: 'KafkaJSSASLAuthenticationError' })
  })
})

test('a user has no right but what an ACL gives', async () => {
  const admin = connectAs('alice', 'alice-secret').admin()
  await admin.connect()
  await expect(admin.fetchTopicOffsets('closed')).rejects.toThrow(/authori/i)
  await admin.disconnect()
})

test('a client that does not know the authority refuses the broker', async () => {
  const kafka = new Kafka({ ...settings('alice', 'alice-secret', 'plain'), ssl: { cert: tls.cert, key: tls.key } })
  await expect(kafka.admin().connect()).rejects.toThrow(/unable to verify/)
})

test('a client without the required certificate is shut out', async () => {
  const { ca } = tls
  const kafka = new Kafka({ ...settings('alice', 'alice-secret', 'plain'), ssl: { ca } })
  await expect(kafka.admin().connect()).rejects.toThrow(/alert bad certificate/)
})

function settings(username: string, password: string, mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512') {
  const sasl = { mechanism, username, password } as SASLOptions
  // One attempt: a refusal is an answer.
  return { brokers: [...server.brokers], sasl, logLevel: logLevel.NOTHING, retry: { retries: 0 } }
}

function connectAs(
  username: string,
  password: string,
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512' = 'plain',
) {
  return new Kafka({ ...settings(username, password, mechanism), ssl: tls })
}

function mayDescribe(user: string, topic: string) {
  return {
    resourceType: AclResourceTypes.TOPIC,
    resourceName: topic,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation: AclOperationTypes.DESCRIBE,
    permissionType: AclPermissionTypes.ALLOW,
  }
}
