/**
 * Waits for work, but not longer than `timeoutMs`: resolves with whether it was done in time, and rejects where it
 * rejects in time. Work that is late goes on, and what becomes of it is of no interest.
 */
export async function within(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(late.resolve, Math.max(0, timeoutMs), false)
  try {
    return await Promise.race([work.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
