import type { Logger } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { createClientLog } from './client-log.ts'

interface Line {
  readonly level: string
  readonly fields: object
  readonly message: string
}

const entry = (label: string, message: string, extra: object = {}) => ({
  namespace: 'Connection',
  label,
  log: { message, timestamp: 'now', logger: 'kafkajs', ...extra },
})

describe('what kafkajs logs', () => {
  it('comes through with its places and codes, and without anything that may be a payload or a secret', () => {
    const { lines, log } = recorder()
    log(
      entry('ERROR', 'Response Metadata', {
        broker: 'k:9092',
        error: 'Broken',
        data: 'payload',
        stack: 's',
        sasl: 'secret',
      }),
    )
    expect(lines).toEqual([
      {
        level: 'warn',
        fields: { client: 'kafkajs', part: 'Connection', broker: 'k:9092', reason: 'Broken' },
        message: 'kafkajs: Response Metadata',
      },
    ])
  })

  it.each([
    ['ERROR', 'The group coordinator is not available', 'info'],
    ['ERROR', 'Failed to connect to seed broker, trying another broker from the list: refused', 'debug'],
    ['ERROR', 'Crash: KafkaJSNumberOfRetriesExceeded: Connection error: refused', 'debug'],
    ['ERROR', 'Crash: KafkaJSNoBrokerAvailableError: No broker available', 'debug'],
    ['ERROR', 'Something that nobody has seen', 'warn'],
    ['WARN', 'The group is rebalancing, re-joining', 'debug'],
    ['INFO', 'Consumer has joined the group', 'debug'],
  ])('as %s (%s) is written at the level of what it means', (label, message, level) => {
    const { lines, log } = recorder()
    log(entry(label, message))
    expect(lines.map((line) => line.level)).toEqual([level])
  })

  it('tells of a broker that is away once, and once when it answers again, for all clients together', () => {
    const { lines, log, otherLog, answered } = recorder()
    const broker = 'k:9092'
    answered(broker)
    for (const write of [log, otherLog, log]) {
      write(entry('ERROR', 'Connection error: connect ECONNREFUSED', { broker }))
      write(entry('ERROR', 'Connection timeout', { broker }))
    }
    answered(broker)
    answered(broker)
    otherLog(entry('ERROR', 'Connection timeout', { broker }))
    const told = lines.filter(({ level }) => level !== 'debug')
    expect(told).toEqual([
      expect.objectContaining({ level: 'info', fields: { broker, reason: 'connect ECONNREFUSED' } }),
      expect.objectContaining({ level: 'info', fields: { broker, awayMs: expect.any(Number) } }),
      expect.objectContaining({ level: 'info', fields: { broker, reason: 'timeout' } }),
    ])
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringContaining("k:9092 can't be reached"),
      expect.stringContaining('k:9092 answers again'),
      expect.stringContaining("k:9092 can't be reached"),
    ])
  })

  it('tells of each broker by itself', () => {
    const { lines, log, answered } = recorder()
    for (const broker of ['k:1', 'k:2', 'k:1']) log(entry('ERROR', 'Connection timeout', { broker }))
    answered('k:2')
    expect(lines.filter(({ level }) => level === 'info').map(({ fields }) => fields)).toEqual([
      { broker: 'k:1', reason: 'timeout' },
      { broker: 'k:2', reason: 'timeout' },
      { broker: 'k:2', awayMs: expect.any(Number) },
    ])
  })

  it('is nothing once its sockets were taken away', () => {
    const { lines, log } = recorder(true)
    log(entry('ERROR', 'Connection error: refused', { broker: 'k:9092' }))
    expect(lines).toEqual([])
  })
})

function recorder(isClosed = false) {
  const lines: Line[] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message })
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const { creator, answered } = createClientLog(logger)
  return { lines, log: creator(() => isClosed)(), otherLog: creator(() => isClosed)(), answered }
}
