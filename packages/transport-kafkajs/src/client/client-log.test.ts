import type { Logger } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { clientLogCreator } from './client-log.ts'

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
    ['ERROR', 'Connection timeout', 'info'],
    ['ERROR', 'Something that nobody has seen', 'warn'],
    ['WARN', 'The group is rebalancing, re-joining', 'debug'],
    ['INFO', 'Consumer has joined the group', 'debug'],
  ])('as %s (%s) is written at the level of what it means', (label, message, level) => {
    const { lines, log } = recorder()
    log(entry(label, message))
    expect(lines.map((line) => line.level)).toEqual([level])
  })

  it('is nothing once its sockets were taken away', () => {
    const { lines, log } = recorder(true)
    log(entry('ERROR', 'Connection error'))
    expect(lines).toEqual([])
  })
})

function recorder(isClosed = false) {
  const lines: Line[] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message })
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { lines, log: clientLogCreator(logger, () => isClosed)() }
}
