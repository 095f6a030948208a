import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configFromEnv } from '@house-helper/event-logger'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { domains } from './domains.ts'
import { DEFAULT_EVENT_LOGGER_URL } from './logger/logger-settings.ts'
import { readVariables } from './read-variables.ts'
import { runInMemory } from './test-world.ts'

const root = join(import.meta.dirname, '../../..')
const words = z.array(z.coerce.string())
const serviceSchema = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  entrypoint: words.optional(),
  command: words.optional(),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.looseObject({ test: words, start_period: z.string() }).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.string() })).default({}),
  stop_grace_period: z.string().optional(),
  restart: z.string(),
})
const composeSchema = z.strictObject({
  name: z.string(),
  services: z.strictObject({
    kafka: serviceSchema,
    mongodb: serviceSchema,
    topics: serviceSchema,
    'event-logger': serviceSchema,
  }),
  volumes: z.record(z.string(), z.null()),
})
const compose = composeSchema.parse(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8')))
const { kafka, mongodb, topics, 'event-logger': logger } = compose.services
const services = Object.entries(compose.services)

/** `INSIDE://kafka:19092,HOST://localhost:9092` by name. */
const listeners = (text = ''): Record<string, string> =>
  Object.fromEntries(text.split(',').map((listener) => listener.split('://')))

/** The host's ports, by the container's. */
const published = (ports: readonly string[]) =>
  Object.fromEntries(ports.map((port) => port.split(':')).map(([host, outer, inner]) => [inner, `${host}:${outer}`]))

describe('docker-compose.yml', () => {
  it.each(services)('pins the version of %s', (_name, { image }) => {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+\.\d+$/)
  })

  it('runs the Kafka that the tests run on, and the logger that is in the tree', () => {
    const tested = /kafkaVersion = '([\d.]+)'/.exec(
      readFileSync(join(root, 'tooling/local-stack/src/kafka/jars.ts'), 'utf8'),
    )?.[1]
    expect(kafka.image).toBe(`apache/kafka:${tested}`)
    const { version } = JSON.parse(readFileSync(join(root, 'apps/event-logger/package.json'), 'utf8')) as {
      version: string
    }
    expect([logger.image, topics.image]).toEqual(Array(2).fill(`house-helper/event-logger:${version}`))
    expect(logger.build).toEqual(topics.build)
    expect(existsSync(join(root, logger.build?.dockerfile ?? ''))).toBe(true)
  })

  it.each(services)('opens the ports of %s to this machine only', (_name, { ports }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  it.each(services)('declares the volumes of %s', (_name, { volumes }) => {
    for (const volume of volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0])
  })

  it.each(services)('waits for what %s needs, by a health check where it goes on running', (_name, { depends_on }) => {
    for (const [needed, { condition }] of Object.entries(depends_on)) {
      const service = compose.services[needed as keyof typeof compose.services]
      const expected = service.restart === 'no' ? 'service_completed_successfully' : 'service_healthy'
      expect(condition).toBe(expected)
      if (condition === 'service_healthy') expect(service.healthcheck).toBeDefined()
    }
  })

  it('gives only variables that are read', () => {
    const read = readVariables(configFromEnv)
    for (const { environment } of [logger, topics]) {
      expect(Object.keys(environment).filter((name) => !read.includes(name))).toEqual([])
    }
  })

  it('configures the event logger as it is by default, but for where the servers are', () => {
    const config = configFromEnv(logger.environment)
    const byDefault = configFromEnv({})
    const inside = listeners(kafka.environment.KAFKA_ADVERTISED_LISTENERS).INSIDE
    expect(config).toEqual({
      ...byDefault,
      kafka: { ...byDefault.kafka, brokers: [inside] },
      mongodbUri: 'mongodb://mongodb:27017/?replicaSet=rs0',
      http: { ...byDefault.http, host: '0.0.0.0' },
    })
    expect(configFromEnv(topics.environment).kafka).toEqual(config.kafka)
  })

  it('is reached from the host by the defaults', () => {
    const { brokers } = configFromEnv({}).kafka
    expect(listeners(kafka.environment.KAFKA_ADVERTISED_LISTENERS).HOST).toBe(brokers[0])
    const { HOST, INSIDE } = listeners(kafka.environment.KAFKA_LISTENERS)
    expect(published(kafka.ports)).toEqual({ [HOST?.slice(1) ?? '']: `127.0.0.1:${brokers[0]?.split(':')[1]}` })
    expect(INSIDE).toBe(':19092')
    const { http, probe } = configFromEnv(logger.environment)
    expect(published(logger.ports)).toEqual({
      [http.port]: new URL(DEFAULT_EVENT_LOGGER_URL).host,
      [probe.port]: `127.0.0.1:${probe.port}`,
    })
  })

  it('runs MongoDB as the replica set that the event logger names', () => {
    expect(mongodb.command).toEqual(['mongod', '--replSet', 'rs0', '--bind_ip_all'])
    expect(mongodb.healthcheck?.test.join(' ')).toContain(
      "rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] })",
    )
    expect(mongodb.healthcheck?.test.join(' ')).toContain('isWritablePrimary')
  })

  it('checks the health of the event logger by its readiness', () => {
    const { probe } = configFromEnv(logger.environment)
    expect(logger.healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${probe.port}/readyz`)
  })

  it('lets the event logger end in order', () => {
    const shutdownMs = /shutdownTimeoutMs = ([\d_]+)/.exec(
      readFileSync(join(root, 'apps/event-logger/src/main.ts'), 'utf8'),
    )
    const graceMs = Number.parseInt(logger.stop_grace_period ?? '', 10) * 1_000
    expect(graceMs).toBeGreaterThan(Number(shutdownMs?.[1]?.replace('_', '')))
  })

  it("creates every domain's topic with a command that hh-events takes", async () => {
    expect(existsSync(join(root, topics.entrypoint?.at(-1) ?? ''))).toBe(true)
    const dockerfile = readFileSync(join(root, topics.build?.dockerfile ?? ''), 'utf8')
    const ours = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
    // The logger's bounds on memory are its own.
    const command = ours.filter((argument) => !argument.startsWith('--max-'))
    expect(topics.entrypoint?.slice(0, -1)).toEqual(command.slice(0, -1))
    const transport = createMemoryTransport()
    const { exitCode } = await runInMemory(topics.command ?? [], { domains, openTransport: () => transport })
    expect(exitCode).toBe(0)
    const created = await createMemoryTransport({ broker: transport.broker }).admin.describeTopics()
    expect(created.map(({ name }) => name).sort()).toEqual(domains.map(({ name }) => `house-helper.${name}`).sort())
  })
})
