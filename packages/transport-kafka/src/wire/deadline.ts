import { TransportError } from '@house-helper/events-core'

/**
 * Settles as the work does, or rejects with the error that `late` makes once the time is over. The work goes on unheard.
 * A process that was held up itself reads what came meanwhile before it calls anybody late.
 */
export async function within<Result>(work: Promise<Result>, timeoutMs: number, late: () => Error): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  let isSettled = false
  const deadline = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      if (!isSettled) reject(late())
    }
    // Timers come before sockets: after a pause of the process an answer may be there, only not read yet.
    timer = setTimeout(() => setImmediate(giveUp), Math.max(0, timeoutMs))
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    isSettled = true
    clearTimeout(timer)
    // Whatever the abandoned work ends with has nobody left to tell.
    work.catch(() => {})
  }
}

/** Resolves once the work settles, however it does, or the time is over. */
export async function settledWithin(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  await within(
    work.then(
      () => {},
      () => {},
    ),
    timeoutMs,
    () => new TransportError('TIMEOUT', 'late'),
  ).catch(() => {})
}

/** Resolves after a time that does not keep the process alive. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
