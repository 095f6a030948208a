import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { AggregationTemporality, InstrumentType, MetricReader } from '@opentelemetry/sdk-metrics'

// Labels are topic and partition; the SDK's default of 2,000 combinations is within a big cluster's reach.
const cardinalityLimit = 20_000

/** The text format's media type, with the version that Prometheus asks for. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Collects the metrics of one MeterProvider when asked, as Prometheus text. */
export class PrometheusReader extends MetricReader {
  readonly #serializer = new PrometheusSerializer('', false, undefined, true, true)

  constructor() {
    super({
      // Cumulative gauges would go on showing the last value of a partition that is gone or cannot be measured any more.
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
      cardinalitySelector: () => cardinalityLimit,
    })
  }

  /** All metrics now. Rejects when an instrument could not be read. */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.collect()
    if (errors.length > 0) throw new AggregateError(errors, 'Some metrics could not be collected.')
    return this.#serializer.serialize(resourceMetrics)
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
