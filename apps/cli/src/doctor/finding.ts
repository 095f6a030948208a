import type { HouseHelperError } from '@house-helper/events-core'

/** What one check of the doctor found. */
export interface Finding {
  /** What was looked at: `broker localhost:9092`, `topic house-helper.tasks`. */
  readonly subject: string
  /** What was checked of it: `name`, `connection`, `tls`, `login`. */
  readonly check: string
  /** `skipped`: an earlier check failed that this one needs. */
  readonly status: 'ok' | 'warning' | 'failed' | 'unreachable' | 'skipped'
  /** What was seen, as a sentence or a figure. */
  readonly detail: string
  /** What to do about it; only where the status is not `ok`. */
  readonly remedy?: string
}

/** The worst of some findings as an exit status: whether something failed, and whether something cannot be reached. */
export function worst(findings: readonly Finding[]): 'ok' | 'failed' | 'unreachable' {
  if (findings.some(({ status }) => status === 'unreachable')) return 'unreachable'
  return findings.some(({ status }) => status === 'failed') ? 'failed' : 'ok'
}

/** What an error says before it comes to the remedy, which a finding has for itself. */
export function detailOf(error: HouseHelperError): string {
  if (error.code === 'TIMED_OUT') return 'no answer in time'
  return error.message.replace(/\s*\n\s*/g, ' ').replace(/(\.) (?=[A-Z]).*$/s, '$1')
}
