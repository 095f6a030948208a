import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionFromEnv, readConnectionEnv } from './environment.ts'

let folder: string
const file = (name: string): string => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'connection-'))
  for (const name of ['ca', 'cert', 'key', 'empty']) writeFileSync(file(name), name === 'empty' ? '' : `${name} pem`)
  writeFileSync(file('password'), ' secret \n')
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('connectionFromEnv', () => {
  it('has a default for everything', () => {
    expect(connectionFromEnv({})).toEqual({
      kafkaClient: 'kafkajs',
      brokers: ['localhost:9092'],
      clientId: 'house-helper',
      topicPrefix: 'house-helper',
      partitioner: 'murmur2',
      compression: 'none',
    })
  })

  it('reads every variable', () => {
    const settings = connectionFromEnv({
      KAFKA_TRANSPORT: 'platformatic',
      KAFKA_BROKERS: 'one:9092, two:9093',
      KAFKA_CLIENT_ID: 'task-service',
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: file('ca'),
      KAFKA_SSL_CERT_FILE: file('cert'),
      KAFKA_SSL_KEY_FILE: file('key'),
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'tasks',
      KAFKA_SASL_PASSWORD_FILE: file('password'),
      KAFKA_TOPIC_PREFIX: 'staging',
      KAFKA_PARTITIONER: 'crc32',
    })
    expect(settings).toEqual({
      kafkaClient: 'platformatic',
      brokers: ['one:9092', 'two:9093'],
      clientId: 'task-service',
      ssl: { ca: 'ca pem', cert: 'cert pem', key: 'key pem' },
      sasl: { mechanism: 'scram-sha-512', username: 'tasks', password: ' secret ' },
      topicPrefix: 'staging',
      partitioner: 'crc32',
      compression: 'none',
    })
  })

  it('reports every wrong variable at once, and no secret', () => {
    const env = {
      KAFKA_BROKERS: 'kafka,[::1]:9092,ok:9092,high:70000',
      KAFKA_SSL: 'maybe',
      KAFKA_SASL_MECHANISM: 'oauth',
      KAFKA_SASL_USERNAME: 'tasks',
      KAFKA_SASL_PASSWORD: 'top-secret',
      KAFKA_SASL_PASSWORD_FILE: file('absent'),
      KAFKA_TOPIC_PREFIX: 'with.dots',
      KAFKA_PARTITIONER: 'random',
    }
    const error = thrownBy(() => connectionFromEnv(env))
    expect(error).toMatchObject({ code: 'SETTINGS_INVALID' })
    const { problems } = readConnectionEnv(env)
    expect(problems.map(({ variable }) => variable).sort()).toEqual([
      'KAFKA_BROKERS',
      'KAFKA_PARTITIONER',
      'KAFKA_SASL_MECHANISM',
      'KAFKA_SASL_PASSWORD',
      'KAFKA_SASL_PASSWORD_FILE',
      'KAFKA_SSL',
      'KAFKA_TOPIC_PREFIX',
    ])
    for (const { variable, message } of problems) expect(String(error)).toContain(`${variable} ${message}`)
    expect(String(error)).not.toContain('top-secret')
    expect(problems.find(({ variable }) => variable === 'KAFKA_BROKERS')?.message).not.toContain('ok:9092')
  })

  it.each([
    ['a user without a mechanism', { KAFKA_SASL_USERNAME: 'tasks' }, 'KAFKA_SASL_MECHANISM'],
    ['a mechanism without a user', { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'x' }, 'KAFKA_SASL_USERNAME'],
    [
      'a mechanism without a password',
      { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'x' },
      'KAFKA_SASL_PASSWORD',
    ],
  ])('refuses %s', (_name, env, variable) => {
    expect(readConnectionEnv(env).problems.map((problem) => problem.variable)).toEqual([variable])
  })

  it('refuses certificate files without TLS, and half of a client certificate', () => {
    const files = { KAFKA_SSL_CERT_FILE: file('cert') }
    expect(readConnectionEnv(files).problems.map(({ variable }) => variable)).toEqual(['KAFKA_SSL'])
    const half = readConnectionEnv({ ...files, KAFKA_SSL: 'yes' }).problems
    expect(half).toEqual([{ variable: 'KAFKA_SSL_KEY_FILE', message: expect.stringContaining('KAFKA_SSL_CERT_FILE') }])
  })

  it('refuses an empty password file', () => {
    const env = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'x', KAFKA_SASL_PASSWORD_FILE: file('empty') }
    expect(readConnectionEnv(env).problems.map(({ variable }) => variable)).toEqual(['KAFKA_SASL_PASSWORD_FILE'])
  })

  it('takes an empty variable for an unset one', () => {
    expect(connectionFromEnv({ KAFKA_BROKERS: '', KAFKA_SSL: ' ' }).brokers).toEqual(['localhost:9092'])
  })
})

function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}
