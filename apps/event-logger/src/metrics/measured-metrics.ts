import type { Meter } from '@opentelemetry/api'
import type { Measurements } from '../measurements.ts'

/** Registers what is measured at the broker; a figure that could not be measured is absent. */
export function observeMeasurements(meter: Meter, measurements: Pick<Measurements, 'lag' | 'sizes'>): void {
  meter
    .createObservableGauge('event_logger_consumer_lag_messages', {
      description: 'Messages of the partition that the group has not committed.',
    })
    .addCallback((result) => {
      for (const { topic, partition, messages } of measurements.lag()) result.observe(messages, { topic, partition })
    })
  meter
    .createObservableGauge('event_logger_consumer_lag_seconds', {
      description: "Age of the partition's oldest message that the group has not committed; 0 where there is none.",
    })
    .addCallback((result) => {
      for (const { topic, partition, seconds } of measurements.lag()) result.observe(seconds, { topic, partition })
    })
  meter
    .createObservableGauge('event_logger_topic_size_bytes', {
      description: "Bytes that the partition's largest replica takes on disk.",
    })
    .addCallback((result) => {
      for (const { topic, partition, bytes } of measurements.sizes()) result.observe(bytes, { topic, partition })
    })
}
