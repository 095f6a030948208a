import { TransportError } from '@house-helper/events-core'

/** Settles as the work does, or rejects with the error that `late` makes once the time is over. The work goes on unheard. */
export async function within<Result>(work: Promise<Result>, timeoutMs: number, late: () => Error): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.max(0, timeoutMs))
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
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
