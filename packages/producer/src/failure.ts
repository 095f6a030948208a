import { isHouseHelperError, type TransportErrorCode } from '@house-helper/events-core'
import type { Outcome } from './errors.ts'

/** Why an attempt failed, as the publisher needs to know it. */
export interface Failure {
  readonly code: TransportErrorCode
  readonly message: string
  readonly canRetry: boolean
  readonly outcome: Outcome
}

/** Reads what a Transport has thrown. What is none of its errors is a defect, and trying again would not mend it. */
export function failureOf(error: unknown): Failure {
  if (!isHouseHelperError<TransportErrorCode>(error)) {
    return { code: 'PROTOCOL', message: `the transport failed: ${String(error)}`, canRetry: false, outcome: 'unknown' }
  }
  const { code, canRetry } = error
  const outcome = (error as { readonly outcome?: unknown }).outcome === 'not-sent' ? 'not-sent' : 'unknown'
  const remedy = code === 'TOPIC_MISSING' ? ' Create the topics with: hh-events topics apply' : ''
  return { code, message: error.message + remedy, canRetry, outcome }
}
