import { expect, it } from 'vitest'
import { SubscriberError } from './errors.ts'
import { boundLogger, stderrLogger } from './logger.ts'

it('writes warnings and errors as one JSON object a line, with what errors say', () => {
  const lines: string[] = []
  const logger = stderrLogger((line) => lines.push(line))
  const err = new SubscriberError('HANDLER_FAILED', 'The handler threw.', { cause: new TypeError('no such task') })
  logger.info({}, 'nobody needs this')
  boundLogger(logger, { eventId: 'e-1' }).error({ err }, 'It failed')
  expect(lines).toHaveLength(1)
  expect(lines[0]?.endsWith('\n')).toBe(true)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    eventId: 'e-1',
    msg: 'It failed',
    err: {
      code: 'HANDLER_FAILED',
      message: 'The handler threw.',
      cause: { name: 'TypeError', message: 'no such task' },
    },
  })
})
