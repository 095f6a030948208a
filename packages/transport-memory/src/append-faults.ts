import { type OutgoingBatch, TransportError, type TransportErrorCode } from '@house-helper/events-core'
import { unanswered } from './errors.ts'

/** Which appends a fault meets; all of them where neither is given. */
export interface AppendPlace {
  readonly topic?: string
  readonly partition?: number
}

/** How the next appends fail. */
export interface AppendFault extends AppendPlace {
  /** What the error says about the batch. */
  readonly outcome: 'not-sent' | 'unknown'
  /** Whether the batch is written all the same: default true for `unknown`, and never for `not-sent`. */
  readonly written?: boolean
  /** Default `TIMEOUT` for `unknown`, `UNREACHABLE` for `not-sent`. */
  readonly code?: TransportErrorCode
  /** Default true. */
  readonly canRetry?: boolean
  /** How many appends fail, default 1; `Infinity` until the returned function is called. */
  readonly times?: number
}

/** What happens to one append: first it may be held, then it may fail, before or after it is written. */
export interface AppendFate {
  readonly written: boolean
  readonly error: TransportError
}

/** The faults that wait for appends. */
export interface AppendFaults {
  add(fault: AppendFault): () => void
  hold(place: AppendPlace): () => void
  /** Waits while the batch is held, or until `ended` rejects; rejects with `TIMEOUT` at the deadline. */
  passed(batch: OutgoingBatch, timeoutMs: number, ended: Promise<never>): Promise<void>
  /** Takes the fault that meets this batch, oldest first. */
  take(batch: OutgoingBatch): AppendFate | undefined
}

interface Hold {
  readonly place: AppendPlace
  readonly released: Promise<void>
}

/** Makes an empty set of faults. */
export function createAppendFaults(): AppendFaults {
  const faults: { readonly fault: AppendFault; left: number }[] = []
  const holds = new Set<Hold>()
  return {
    add(fault) {
      const entry = { fault, left: fault.times ?? 1 }
      faults.push(entry)
      return () => {
        entry.left = 0
      }
    },
    hold(place) {
      const { promise: released, resolve } = Promise.withResolvers<void>()
      const hold = { place, released }
      holds.add(hold)
      return () => {
        holds.delete(hold)
        resolve()
      }
    },
    async passed(batch, timeoutMs, ended) {
      const hold = [...holds].find(({ place }) => meets(place, batch))
      if (hold !== undefined) await withDeadline(Promise.race([hold.released, ended]), batch, timeoutMs)
    },
    take(batch) {
      const entry = faults.find(({ fault, left }) => left > 0 && meets(fault, batch))
      if (entry === undefined) return undefined
      entry.left -= 1
      return fateOf(entry.fault, batch)
    },
  }
}

function meets(place: AppendPlace, batch: OutgoingBatch): boolean {
  return (place.topic ?? batch.topic) === batch.topic && (place.partition ?? batch.partition) === batch.partition
}

function fateOf(fault: AppendFault, { topic, partition }: OutgoingBatch): AppendFate {
  const { outcome } = fault
  const code = fault.code ?? (outcome === 'unknown' ? 'TIMEOUT' : 'UNREACHABLE')
  const message = `An injected fault failed the append to ${topic}/${partition}: ${code}, outcome ${outcome}.`
  const error = new TransportError(code, message, {
    canRetry: fault.canRetry ?? true,
    outcome,
    details: { topic, partition },
  })
  return { written: outcome === 'unknown' && (fault.written ?? true), error }
}

async function withDeadline(released: Promise<void>, batch: OutgoingBatch, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = `The append to ${batch.topic}/${batch.partition} got no answer in ${timeoutMs} ms: a fault holds it.`
    timer = setTimeout(() => reject(unanswered('TIMEOUT', message)), timeoutMs)
  })
  try {
    await Promise.race([released, late])
  } finally {
    clearTimeout(timer)
  }
}
