/** Waits for a promise, but not longer: resolves with whether it was in time. Rejects where it rejects in time. */
export async function deadline(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timeout = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => timeout.resolve(false), timeoutMs)
  try {
    return await Promise.race([promise.then(() => true), timeout.promise])
  } finally {
    clearTimeout(timer)
  }
}
