import { takeVerdict } from '../batch/batch.ts'
import type { Batches } from '../batch/batches.ts'
import type { Handler, Middleware } from './handler.ts'

/**
 * Ends the way of an event that a batch handler handles: it joins the batch that is being gathered, or is handled alone
 * where it comes on its own, as what is tried again does; what was in a batch already gets what became of it there.
 */
export function joinBatch(batches: Batches): Handler {
  return (event) => {
    if (event.verdict !== undefined) {
      takeVerdict(event)
      return undefined
    }
    return batches.join(event)
  }
}

/** Leaves middleware out for an event that was in a batch: it passed before the handler saw it. */
export function beforeBatch(middleware: Middleware): Middleware {
  return (next) => {
    const around = middleware(next)
    return (event) => (event.verdict === undefined ? around(event) : next(event))
  }
}
