import { readFile } from 'node:fs/promises'
import type { Transport } from '@house-helper/events-core'
import { type KafkaServer, startKafka } from '@house-helper/local-stack'
import { connectionFromEnv } from '@house-helper/transport-kafka'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type OpenTransport, randomName } from './real-kafka.ts'
import { recordingListener } from './recording-listener.ts'

const passwords = { admin: 'admin-secret', writer: 'writer-secret', reader: 'reader-secret' }
type User = keyof typeof passwords

const topic = 'house-helper.tasks'
const closedTopic = 'house-helper.bills'
const groupId = 'points-service'

let openTransport: OpenTransport
let server: KafkaServer
const opened: Transport[] = []

/** Registers the tests of a client on brokers that ask for TLS, a user and rights. */
export function describeSecurity(open: OpenTransport): void {
  openTransport = open
  beforeAll(async () => {
    const users = Object.entries(passwords).map(([name, password]) => ({
      name,
      password,
      isSuperUser: name === 'admin',
    }))
    server = await startKafka({ security: { users } })
    const admin = await openAs('admin')
    const spec = { partitions: 1, replicationFactor: 1, config: {} }
    await admin.admin.createTopics([topic, closedTopic].map((name) => ({ name, ...spec })))
    await grant()
    // They are created before the broker goes by them.
    await vi.waitFor(async () => expect(await admin.admin.acls()).toHaveLength(5), { timeout: 30_000 })
  }, 120_000)

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((transport) => transport.close()))
  })

  afterAll(async () => await server?.close())

  describe('over SASL_SSL with ACLs', () => {
    it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('appends and receives with %s', async (mechanism) => {
      const value = randomName()
      await append(await openAs('writer', { KAFKA_SASL_MECHANISM: mechanism }), topic, value)
      const listener = recordingListener()
      const receiver = (await openAs('reader', { KAFKA_SASL_MECHANISM: mechanism })).receiver({
        groupId,
        topics: [topic],
      })
      await receiver.start(listener)
      await listener.until('message', () => listener.values.includes(value))
      await receiver.stop({ timeoutMs: 10_000 })
    })

    it('says TLS_FAILED where the authority is unknown', async () => {
      const transport = await openAs('writer', { KAFKA_SSL_CA_FILE: undefined })
      await expect(append(transport, topic, 'x')).rejects.toMatchObject({
        code: 'TLS_FAILED',
        outcome: 'not-sent',
        canRetry: false,
        message: expect.stringContaining('KAFKA_SSL_CA_FILE'),
      })
      const receiver = transport.receiver({ groupId, topics: [topic] })
      await expect(receiver.start(recordingListener())).rejects.toMatchObject({ code: 'TLS_FAILED' })
    })

    it.each(['plain', 'scram-sha-512'])(
      'says AUTHENTICATION_FAILED where the password is wrong, with %s',
      async (mechanism) => {
        const transport = await openAs('writer', {
          KAFKA_SASL_MECHANISM: mechanism,
          KAFKA_SASL_PASSWORD: 'not-the-secret',
        })
        const refused = {
          code: 'AUTHENTICATION_FAILED',
          message: expect.stringMatching(/the user writer.*KAFKA_SASL_PASSWORD/),
        }
        await expect(append(transport, topic, 'x')).rejects.toMatchObject({ ...refused, outcome: 'not-sent' })
        await expect(transport.admin.clusterId()).rejects.toMatchObject(refused)
        const receiver = transport.receiver({ groupId, topics: [topic] })
        const error = await receiver.start(recordingListener()).catch((reason: Error) => reason)
        expect(error).toMatchObject(refused)
        expect(JSON.stringify(error) + String(error)).not.toContain('not-the-secret')
      },
    )

    it('says UNREACHABLE and what to set where TLS is not on', async () => {
      const transport = await openTransport({ brokers: [...server.brokers] })
      opened.push(transport)
      await expect(append(transport, topic, 'x')).rejects.toMatchObject({
        code: 'UNREACHABLE',
        message: expect.stringContaining('KAFKA_SSL=true'),
      })
    })

    it('says NOT_AUTHORIZED and names the topic where the right to write is missing', async () => {
      await expect(append(await openAs('reader'), topic, 'x')).rejects.toMatchObject({
        code: 'NOT_AUTHORIZED',
        outcome: 'not-sent',
        canRetry: false,
        message: expect.stringMatching(/user reader.*Write.*Topic:house-helper\.tasks/),
      })
    })

    it('says NOT_AUTHORIZED and names the topic where nothing of it may be seen', async () => {
      await expect(append(await openAs('writer'), closedTopic, 'x')).rejects.toMatchObject({
        code: 'NOT_AUTHORIZED',
        message: expect.stringContaining(`Topic:${closedTopic}`),
      })
    })

    it('says NOT_AUTHORIZED and names the group where the right to read it is missing', async () => {
      const receiver = (await openAs('reader')).receiver({ groupId: 'other-service', topics: [topic] })
      await expect(receiver.start(recordingListener())).rejects.toMatchObject({
        code: 'NOT_AUTHORIZED',
        message: expect.stringMatching(/user reader.*Read on Group:other-service/),
      })
    })

    it('says NOT_AUTHORIZED and names the topic where a receiver may describe it but not read it', async () => {
      const receiver = (await openAs('writer')).receiver({ groupId, topics: [topic] })
      await expect(receiver.start(recordingListener())).rejects.toMatchObject({
        code: 'NOT_AUTHORIZED',
        message: expect.stringMatching(/user writer.*Read on Topic:house-helper\.tasks/),
      })
    })

    it('tells a running receiver that its right was taken away', async () => {
      const listener = recordingListener()
      const receiver = (await openAs('reader')).receiver({ groupId: 'revoked-service', topics: [topic] })
      await receiver.start(listener)
      await withAdmin((admin) =>
        admin.deleteAcls({
          filters: [acl('reader', AclResourceTypes.GROUP, 'revoked-service', AclOperationTypes.READ)],
        }),
      )
      await listener.until('fatal', () => listener.errors.length > 0)
      expect(listener.errors).toMatchObject([
        { code: 'NOT_AUTHORIZED', message: expect.stringContaining('Group:revoked-service') },
      ])
    })
  })
}

async function openAs(user: User, env: Record<string, string | undefined> = {}): Promise<Transport> {
  const settings = connectionFromEnv({
    KAFKA_BROKERS: server.brokers.join(','),
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: server.certificates?.caFile,
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: passwords[user],
    ...env,
  })
  const transport = await openTransport(settings)
  opened.push(transport)
  return transport
}

async function append(transport: Transport, to: string, value: string): Promise<void> {
  const messages = [{ key: null, value: Buffer.from(value) }]
  await transport.sender.append({ topic: to, partition: 0, messages }, { timeoutMs: 20_000 })
}

async function grant(): Promise<void> {
  const { TOPIC, GROUP } = AclResourceTypes
  const { READ, WRITE } = AclOperationTypes
  await withAdmin((admin) =>
    admin.createAcls({
      acl: [
        acl('writer', TOPIC, topic, WRITE),
        acl('writer', GROUP, groupId, READ),
        acl('reader', TOPIC, topic, READ),
        acl('reader', GROUP, groupId, READ),
        acl('reader', GROUP, 'revoked-service', READ),
      ],
    }),
  )
}

function acl(user: User, resourceType: number, resourceName: string, operation: number) {
  return {
    resourceType,
    resourceName,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation,
    permissionType: AclPermissionTypes.ALLOW,
  }
}

async function withAdmin(work: (admin: ReturnType<Kafka['admin']>) => Promise<unknown>): Promise<void> {
  const ca = await readFile(server.certificates?.caFile ?? '', 'utf8')
  const sasl = { mechanism: 'plain', username: 'admin', password: passwords.admin } as const
  const admin = new Kafka({ brokers: [...server.brokers], ssl: { ca }, sasl, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.disconnect()
  }
}
