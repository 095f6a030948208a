import type { RecordedBatch, RecorderStats } from '@house-helper/event-log'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { DeadLetterCare } from '../dead-letter-care.ts'
import type { Measurements } from '../measurements.ts'
import type { RetentionCare } from '../retention-care.ts'
import { observeDeadLetters } from './dead-letter-metrics.ts'
import { observeMeasurements } from './measured-metrics.ts'
import { observeProcess } from './process-metrics.ts'
import { PrometheusReader } from './prometheus-reader.ts'
import { observeRecorder } from './recorder-metrics.ts'
import { observeRetention } from './retention-metrics.ts'

/** Where figures are taken from whenever metrics are asked for. */
export interface MetricSources {
  /** The recorder's figures; undefined while there is no recorder. */
  stats(): RecorderStats | undefined
  readonly measurements: Pick<Measurements, 'lag' | 'sizes'>
  readonly deadLetters: Pick<DeadLetterCare, 'open'>
  readonly retention: Pick<RetentionCare, 'removed'>
}

/** The metrics of the event logger. */
export interface Metrics {
  /** Counts a batch that was recorded. */
  recorded(batch: RecordedBatch): void
  /** All metrics as Prometheus text. */
  text(): Promise<string>
  close(): Promise<void>
}

/** Makes the metrics. They take nothing but a sum a batch until somebody asks for them. */
export function createMetrics({ stats, measurements, deadLetters, retention }: MetricSources): Metrics {
  const reader = new PrometheusReader()
  const provider = new MeterProvider({ readers: [reader] })
  const meter = provider.getMeter('event-logger')
  const recorded = observeRecorder(meter, stats)
  observeMeasurements(meter, measurements)
  observeDeadLetters(meter, deadLetters)
  observeRetention(meter, retention)
  observeProcess(meter)
  return { recorded, text: () => reader.text(), close: () => provider.shutdown() }
}
