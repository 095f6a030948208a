import type { Meter } from '@opentelemetry/api'
import type { RetentionCare } from '../retention-care.ts'

/** Registers what retention has removed. */
export function observeRetention(meter: Meter, retention: Pick<RetentionCare, 'removed'>): void {
  meter
    .createObservableCounter('event_logger_retention_removed', {
      description:
        'Messages that EVENT_LOG_RETENTION has removed from MongoDB, by what they were: record or quarantined.',
    })
    .addCallback((result) => {
      for (const { topic, records, quarantined } of retention.removed()) {
        result.observe(records, { topic, kind: 'record' })
        result.observe(quarantined, { topic, kind: 'quarantined' })
      }
    })
}
