import { parseTimestamp } from '@house-helper/events-core'
import { z } from 'zod'

const maxLimit = 200

// Texts only: a parameter that is repeated arrives as an array, and is refused.
/** A text in a request: not empty, and not too long. */
export const text = z
  .string('must be given once')
  .min(1, 'must not be empty')
  .max(1024, 'is longer than 1,024 characters')

/** An RFC 3339 time in a request. */
export const time = text
  .refine((value) => parseTimestamp(value) !== undefined, 'must be an RFC 3339 time, with + written as %2B')
  .meta({ format: 'date-time' })

/** The longest filter that is looked at; the log has a bound of its own, and says where. */
const maxFilterLength = 8192

/** A filter of events. */
export const filter = z
  .string('must be given once')
  .max(maxFilterLength, `is longer than ${maxFilterLength.toLocaleString('en')} characters`)
  .describe(
    'Which events, such as `type:task.* household:h_42 since:2h`. A field given again means either value, different fields must all match. Fields: type (with * at its end), household, user, subject, source, correlation, causation, contract, topic, id, status, since, until.',
  )

/** How many items a page has at most, in an address. */
export const limit = z
  .string('must be given once')
  .refine((value) => /^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= maxLimit, {
    error: `must be a whole number from 1 to ${maxLimit}`,
  })
  .meta({ type: 'integer', minimum: 1, maximum: maxLimit, default: 50 })

/** The cursor of a page. */
export const cursor = z.string('must be given once').min(1).max(8192)

/** A whole number of at least 1 in an address. */
export function wholeNumber(maximum: number) {
  return z
    .string('must be given once')
    .refine((value) => /^[1-9]\d{0,15}$/.test(value) && Number(value) <= maximum, {
      error: `must be a whole number from 1 to ${maximum}`,
    })
    .meta({ type: 'integer', minimum: 1, maximum })
}
