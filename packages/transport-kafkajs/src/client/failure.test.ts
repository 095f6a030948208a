import { TransportError } from '@house-helper/events-core'
import { toTransportError as mean, type Place } from '@house-helper/transport-kafka'
import { describe, expect, it } from 'vitest'
import { explain } from './failure.ts'
import { kafkajsInternals } from './kafkajs-internals.ts'

const place: Place = {
  brokers: ['kafka:9092'],
  username: 'tasks',
  tls: true,
  topic: 'house-helper.tasks',
  partition: 2,
  groupId: 'points',
}
const toTransportError = (error: unknown, at: Place): TransportError => mean(error, at, explain)
const kafka = (code: number): Error => kafkajsInternals().createErrorFromCode(code)
const named = (name: string, fields: object = {}): Error => Object.assign(new Error('it failed'), { name, ...fields })

describe('an error of kafkajs', () => {
  it.each([
    [3, 'TOPIC_MISSING', false, 'hh-events topics apply'],
    [5, 'TOPIC_MISSING', true, 'without a leader'],
    [6, 'PROTOCOL', true, 'NOT_LEADER_FOR_PARTITION'],
    [7, 'TIMEOUT', true, 'in time'],
    [10, 'MESSAGE_TOO_LARGE', false, 'max.message.bytes'],
    [22, 'NOT_OWNED', false, 'ILLEGAL_GENERATION'],
    [25, 'NOT_OWNED', false, 'UNKNOWN_MEMBER_ID'],
    [27, 'NOT_OWNED', false, 'REBALANCE_IN_PROGRESS'],
    [29, 'NOT_AUTHORIZED', false, 'Topic:house-helper.tasks'],
    [30, 'NOT_AUTHORIZED', false, 'Describe on Group:points (Read brings it along)'],
    [58, 'AUTHENTICATION_FAILED', false, 'the user tasks'],
    [76, 'COMPRESSION_UNSUPPORTED', false, 'compression'],
  ])('of code %i is %s, can be retried: %s, and names the remedy', (kafkaCode, code, canRetry, remedy) => {
    const error = toTransportError(kafka(kafkaCode), place)
    expect(error).toMatchObject({ code, canRetry })
    expect(error.message).toContain(remedy)
  })

  it('of a code that kafkajs does not know can be retried', () => {
    expect(toTransportError(kafka(110), place)).toMatchObject({ code: 'PROTOCOL', canRetry: true })
  })

  it.each([
    ['a refused password', named('KafkaJSSASLAuthenticationError'), 'AUTHENTICATION_FAILED'],
    ['an unknown authority', named('KafkaJSConnectionError', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'TLS_FAILED'],
    [
      'another host’s certificate',
      named('KafkaJSConnectionError', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      'TLS_FAILED',
    ],
    ['a closed port', named('KafkaJSConnectionError', { code: 'ECONNREFUSED' }), 'UNREACHABLE'],
    ['an unknown host', named('KafkaJSConnectionError', { code: 'ENOTFOUND' }), 'UNREACHABLE'],
    ['a lost connection', named('KafkaJSConnectionClosedError'), 'UNREACHABLE'],
    ['an error thrown bare, before anything was written', new Error('Broker not connected'), 'UNREACHABLE'],
    ['a late answer', named('KafkaJSRequestTimeoutError'), 'TIMEOUT'],
  ])('that means %s has its code', (_name, error, code) => {
    expect(toTransportError(error, place).code).toBe(code)
  })

  it('is found beneath kafkajs’s wrappers', () => {
    const wrapped = named('KafkaJSNumberOfRetriesExceeded', {
      cause: named('KafkaJSNonRetriableError', { cause: kafka(30) }),
    })
    expect(toTransportError(wrapped, place).code).toBe('NOT_AUTHORIZED')
  })

  it('is left as it is where it is one of ours already, also beneath a wrapper', () => {
    const ours = new TransportError('CLOSED', 'closed', { cause: new Error('beneath') })
    expect(toTransportError(ours, place)).toBe(ours)
    expect(toTransportError(named('KafkaJSNotImplemented', { cause: ours }), place)).toBe(ours)
  })

  it('says which setting to look at where a broker closes the connection', () => {
    const closed = named('KafkaJSConnectionClosedError')
    expect(toTransportError(closed, { ...place, tls: false }).message).toContain('KAFKA_SSL=true')
    expect(toTransportError(closed, { ...place, username: undefined }).message).toContain('KAFKA_SASL_MECHANISM')
  })
})
