import { expect, it } from 'vitest'
import { CoreError, HouseHelperError, isHouseHelperError, TransportError } from './errors.ts'

it('is recognised by its brand and code, not by its class', () => {
  const foreign = Object.assign(new Error('from another copy of this package'), {
    code: 'TIMEOUT',
    [Symbol.for('@house-helper/error')]: true,
  })
  expect(isHouseHelperError(foreign, 'TIMEOUT')).toBe(true)
  expect(isHouseHelperError(foreign, 'CLOSED')).toBe(false)
  expect(isHouseHelperError(new CoreError('EVENT_INVALID', 'x'))).toBe(true)
  expect([new Error('x'), null, 'TIMEOUT', { code: 'TIMEOUT' }].some((error) => isHouseHelperError(error))).toBe(false)
})

it('keeps cause, details, outcome and whether to retry', () => {
  const cause = new Error('beneath')
  const error = new TransportError('TIMEOUT', 'x', {
    cause,
    canRetry: true,
    outcome: 'unknown',
    details: { topic: 't' },
  })
  expect(error).toMatchObject({
    cause,
    canRetry: true,
    outcome: 'unknown',
    details: { topic: 't' },
    name: 'TransportError',
  })
  expect(new HouseHelperError('X', 'x')).toMatchObject({ canRetry: false, details: {} })
})
