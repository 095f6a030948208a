import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for a promise, but no longer than a deadline: then it rejects, saying what took too long. */
export async function within<Value>(timeoutMs: number, what: string, promise: Promise<Value>): Promise<Value> {
  const done = new AbortController()
  const late = sleep(timeoutMs, undefined, { signal: done.signal }).then(
    () => Promise.reject(new Error(`${what} took longer than ${timeoutMs} ms.`)),
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([promise, late])
  } finally {
    done.abort()
  }
}
