import type { Meter } from '@opentelemetry/api'
import type { DeadLetterCare } from '../dead-letter-care.ts'

/** Registers how many dead letters are open; absent while they cannot be counted. */
export function observeDeadLetters(meter: Meter, deadLetters: Pick<DeadLetterCare, 'open'>): void {
  meter
    .createObservableGauge('event_logger_dead_letters_open', {
      description: 'Dead letters of the group that are neither redriven nor discarded.',
    })
    .addCallback((result) => {
      for (const { group, open } of deadLetters.open()) result.observe(open, { group })
    })
}
