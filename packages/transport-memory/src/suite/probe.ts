import type { AssignedPartition, FetchedBatch, Position, Receiver, ReceiverListener } from '@house-helper/events-core'

/** One call of a listener, as it was. */
export type Call =
  | { readonly name: 'assigned'; readonly partitions: readonly AssignedPartition[]; readonly continuous: boolean }
  | { readonly name: 'rebalancing' | 'thaw' }
  | { readonly name: 'suspend' | 'lost'; readonly reason: string }
  | { readonly name: 'batch'; readonly batch: FetchedBatch }
  | { readonly name: 'fatal'; readonly error: Error }

/** What a test's listener does besides being recorded. */
export interface ProbeBehaviour {
  assigned?(partitions: readonly AssignedPartition[]): readonly Position[]
  rebalancing?(): Promise<void>
  batch?(batch: FetchedBatch): number | Promise<number>
}

/** A probe is a receiver with a listener that records every call. */
export interface Probe {
  readonly receiver: Receiver
  readonly listener: ReceiverListener
  readonly calls: readonly Call[]
  /** Partitions whose `batch` was called again before it had settled: none, if the transport keeps its word. */
  readonly overlaps: readonly string[]
  /** Resolves once the condition holds; it is looked at after every call. Rejects at the deadline with what was seen. */
  until(what: string, condition: (probe: Probe) => boolean): Promise<void>
}

/** Makes a probe around a receiver. */
export function createProbe(receiver: Receiver, waitMs: number, behaviour: ProbeBehaviour = {}): Probe {
  const calls: Call[] = []
  const overlaps: string[] = []
  const running = new Set<string>()
  const waiting = new Set<() => void>()
  const record = (call: Call): void => {
    calls.push(call)
    for (const look of waiting) look()
  }
  const listener: ReceiverListener = {
    async assigned(partitions, continuous) {
      const starts = behaviour.assigned?.(partitions) ?? []
      record({ name: 'assigned', partitions, continuous })
      return starts
    },
    async rebalancing() {
      await behaviour.rebalancing?.()
      record({ name: 'rebalancing' })
    },
    suspend: (reason) => record({ name: 'suspend', reason }),
    thaw: () => record({ name: 'thaw' }),
    lost: (reason) => record({ name: 'lost', reason }),
    async batch(batch) {
      const place = `${batch.topic}/${batch.partition}`
      if (running.has(place)) overlaps.push(place)
      running.add(place)
      record({ name: 'batch', batch })
      try {
        return (await behaviour.batch?.(batch)) ?? endOf(batch)
      } finally {
        running.delete(place)
      }
    },
    fatal: (error) => record({ name: 'fatal', error }),
  }
  const probe: Probe = { receiver, listener, calls, overlaps, until }

  function until(what: string, condition: (probe: Probe) => boolean): Promise<void> {
    if (condition(probe)) return Promise.resolve()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      waiting.delete(look)
      reject(new Error(`Not within ${waitMs} ms: ${what}. Calls so far: ${calls.map(textOf).join(', ') || 'none'}.`))
    }, waitMs)
    const look = (): void => {
      if (!condition(probe)) return
      clearTimeout(timer)
      waiting.delete(look)
      resolve()
    }
    waiting.add(look)
    return promise
  }
  return probe
}

/** The offset after a batch. */
export function endOf(batch: FetchedBatch): number {
  return (batch.messages.at(-1)?.offset ?? -1) + 1
}

/** The values of every message received, as text, in the order of arrival; of one partition, if one is given. */
export function valuesOf(probe: Probe, partition?: number): string[] {
  return probe.calls
    .flatMap((call) => (call.name === 'batch' ? [call.batch] : []))
    .filter((batch) => partition === undefined || batch.partition === partition)
    .flatMap((batch) => batch.messages.map((message) => Buffer.from(message.value ?? []).toString()))
}

/** The latest assignment, or undefined before the first. */
export function assignmentOf(probe: Probe): readonly AssignedPartition[] | undefined {
  return probe.calls.findLast((call) => call.name === 'assigned')?.partitions
}

/** How many assignments there were. */
export function assignmentsOf(probe: Probe): number {
  return probe.calls.filter((call) => call.name === 'assigned').length
}

function textOf(call: Call): string {
  switch (call.name) {
    case 'assigned':
      return `assigned(${call.partitions.map(({ partition }) => partition).join(' ')})`
    case 'batch':
      return `batch(${call.batch.partition}: ${call.batch.messages[0]?.offset} to ${endOf(call.batch) - 1})`
    case 'fatal':
      return `fatal(${call.error.message})`
    default:
      return call.name
  }
}
