import type { Meter } from '@opentelemetry/api'

const startedAtSeconds = Date.now() / 1000 - process.uptime()

/** Registers what the process takes, under the names that Prometheus clients share. */
export function observeProcess(meter: Meter): void {
  meter
    .createObservableCounter('process_cpu_seconds', { description: 'Processor time taken, user and system.' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage()
      result.observe((user + system) / 1_000_000)
    })
  meter
    .createObservableGauge('process_resident_memory_bytes', { description: 'Resident memory.' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()))
  meter
    .createObservableGauge('process_start_time_seconds', { description: 'When the process started, since 1970.' })
    .addCallback((result) => result.observe(startedAtSeconds))
}
