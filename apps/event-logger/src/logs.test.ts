import { Writable } from 'node:stream'
import { MongoBulkWriteError } from 'mongodb'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { EventLoggerError } from './errors.ts'
import { logOptions } from './logs.ts'

function logged(log: (logger: pino.Logger) => void): Record<string, unknown> {
  let text = ''
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk)
      done()
    },
  })
  log(pino(logOptions('info'), output))
  return JSON.parse(text)
}

it('writes one object a line, with the level as a word and the time as a text', () => {
  expect(logged((logger) => logger.info({ topic: 't' }, 'Said.'))).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    topic: 't',
    msg: 'Said.',
  })
})

it('shows an error with its code, its details and what is beneath it', () => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  const error = new EventLoggerError('MONGODB_UNREACHABLE', 'Start it.', { cause, details: { host: 'h' } })
  expect(logged((logger) => logger.error({ err: error }, 'Failed.')).err).toMatchObject({
    type: 'EventLoggerError',
    code: 'MONGODB_UNREACHABLE',
    message: 'Start it.',
    details: { host: 'h' },
    stack: expect.stringContaining('logs.test.ts'),
    cause: { type: 'Error', code: 'ECONNREFUSED', message: 'refused' },
  })
})

it('does not show the documents that an error of the driver carries', () => {
  const error = new MongoBulkWriteError({ message: 'duplicate', code: 11000 }, {} as never)
  Object.assign(error, { writeErrors: [{ err: { op: { data: 'secret' } } }] })
  const line = logged((logger) => logger.error({ err: error }, 'Failed.'))
  expect(JSON.stringify(line)).not.toContain('secret')
  expect(line.err).toMatchObject({ code: 11000 })
})
