import type { AssignedPartition, FetchedBatch, Position, ReceiverListener } from '@house-helper/events-core'

/** What a listener was told, with a wait for it. */
export interface RecordingListener extends ReceiverListener {
  readonly heard: readonly string[]
  readonly assignments: readonly (readonly AssignedPartition[])[]
  readonly batches: readonly FetchedBatch[]
  readonly values: readonly string[]
  readonly errors: readonly Error[]
  /** Resolves once the condition holds after something was heard; rejects after the deadline with what was heard. */
  until(what: string, condition: () => boolean, timeoutMs?: number): Promise<void>
}

/** What a test wants answered differently. */
export interface Answers {
  readonly assigned?: (partitions: readonly AssignedPartition[], continuous: boolean) => readonly Position[]
  readonly batch?: (batch: FetchedBatch) => number | Promise<number>
  readonly rebalancing?: () => Promise<void>
}

/** Makes a listener that takes everything in and writes it down. */
export function recordingListener(answers: Answers = {}): RecordingListener {
  const heard: string[] = []
  const assignments: (readonly AssignedPartition[])[] = []
  const batches: FetchedBatch[] = []
  const values: string[] = []
  const errors: Error[] = []
  const waiting = new Set<() => void>()
  // After the answer, always: what a test writes down in its answers is what it waits for, and nothing may come later.
  const hear = (what: string): void => {
    heard.push(what)
    for (const check of waiting) check()
  }
  return {
    heard,
    assignments,
    batches,
    values,
    errors,
    async assigned(partitions, continuous) {
      assignments.push(partitions)
      const starts = answers.assigned?.(partitions, continuous) ?? []
      hear(continuous ? 'assigned (continuous)' : 'assigned')
      return starts
    },
    async rebalancing() {
      await answers.rebalancing?.()
      hear('rebalancing')
    },
    suspend: () => hear('suspend'),
    thaw: () => hear('thaw'),
    lost: () => hear('lost'),
    batch(batch) {
      batches.push(batch)
      for (const { value } of batch.messages) values.push(Buffer.from(value ?? []).toString())
      const next = answers.batch?.(batch) ?? (batch.messages.at(-1)?.offset ?? 0) + 1
      hear('batch')
      return next
    },
    fatal(error) {
      errors.push(error)
      hear('fatal')
    },
    async until(what, condition, timeoutMs = 20_000) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const check = (): void => {
        if (condition()) resolve()
      }
      const late = (): void =>
        reject(new Error(`No ${what} within ${timeoutMs} ms; heard: ${heard.slice(-20).join(', ')}`))
      const timer = setTimeout(late, timeoutMs)
      waiting.add(check)
      check()
      try {
        await promise
      } finally {
        clearTimeout(timer)
        waiting.delete(check)
      }
    },
  }
}
