import { CoreError, TransportError } from '@house-helper/events-core'
import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { CliError } from './errors.ts'
import { exitCodeOf } from './exit-code.ts'

describe('exitCodeOf', () => {
  it.each([
    ['help was shown', new CommanderError(0, 'commander.helpDisplayed', ''), 0],
    ['an option is unknown', new CommanderError(1, 'commander.unknownOption', ''), 2],
    ['data is not JSON', new CliError('USAGE', ''), 2],
    ['a setting is wrong', new CliError('SETTINGS_INVALID', ''), 2],
    ['the deadline passed', new CliError('TIMED_OUT', ''), 6],
    ['no broker answers', new TransportError('UNREACHABLE', ''), 6],
    [
      'a publish failed because no broker answers',
      new CoreError('EVENT_INVALID', '', { cause: new TransportError('UNREACHABLE', '') }),
      6,
    ],
    ['a right is missing', new TransportError('NOT_AUTHORIZED', ''), 1],
    ['something else was thrown', new TypeError('x'), 1],
  ])('when %s', (_what, error, code) => {
    expect(exitCodeOf(error)).toBe(code)
  })
})
