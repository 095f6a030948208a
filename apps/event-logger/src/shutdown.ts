import { type Logger, within } from '@house-helper/events-core'

/** One thing that is closed at the end. */
export interface ShutdownStep {
  /** What it is, as the subject of a sentence: `The API`. */
  readonly name: string
  /** The longest that it may take, in milliseconds. */
  readonly timeoutMs: number
  close(): Promise<void>
}

/**
 * Makes a `close` that takes steps one after the other, each within its deadline, and goes on where one fails.
 *
 * Calling it again returns the same promise. It rejects with what went wrong once every step was taken.
 */
export function createShutdown(steps: readonly ShutdownStep[], logger: Logger): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => {
    closing ??= shutDown(steps, logger)
    return closing
  }
}

async function shutDown(steps: readonly ShutdownStep[], logger: Logger): Promise<void> {
  const errors: unknown[] = []
  for (const { name, timeoutMs, close } of steps) {
    try {
      if (!(await within(close(), timeoutMs))) throw new Error(`Closing ${name} took longer than ${timeoutMs} ms.`)
      logger.debug({}, `Closed: ${name}.`)
    } catch (error) {
      errors.push(error)
      logger.error({ err: error }, `Could not close ${name} in order.`)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'Not everything could be closed in order.')
}
