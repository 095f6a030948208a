import type { TransportError } from '@house-helper/events-core'
import { kafkaError } from './kafka-errors.ts'
import type { Wire } from './wire.ts'
import type { Place } from './wire-errors.ts'

/** One entry of an answer: what a broker says about one topic or resource; code 0 is none. */
export interface AnsweredError {
  readonly errorCode: number
  readonly errorMessage?: string | null
}

/** The error of one entry of an answer, with what the broker says about it. */
export function answerError(wire: Wire, failed: AnsweredError, place: Partial<Place>): TransportError {
  return wire.errorOf(kafkaError(failed.errorCode, failed.errorMessage), place)
}
