import { setTimeout as sleep } from 'node:timers/promises'

/** How long to wait for a condition. */
export interface Patience {
  readonly timeoutMs: number
  /** How often to look, in milliseconds. Default 100. */
  readonly everyMs?: number
  readonly signal?: AbortSignal
}

/** Waits until a condition holds; fails at the deadline, naming what was waited for and, if told, how far it is. */
export async function until(
  what: string,
  condition: () => boolean | string | Promise<boolean | string>,
  { timeoutMs, everyMs = 100, signal }: Patience,
): Promise<void> {
  const endMs = performance.now() + timeoutMs
  for (;;) {
    signal?.throwIfAborted()
    const state = await condition()
    if (state === true) return
    if (performance.now() > endMs) {
      throw new Error(`Not within ${timeoutMs} ms: ${what}${typeof state === 'string' ? ` (${state})` : ''}.`)
    }
    await sleep(everyMs, undefined, signal === undefined ? {} : { signal })
  }
}

/** Waits for a promise; fails at the deadline, naming what was waited for. */
export async function within<Result>(work: Promise<Result>, timeoutMs: number, what: string): Promise<Result> {
  const late = new AbortController()
  const deadline = sleep(timeoutMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`Not within ${timeoutMs} ms: ${what}.`)
  })
  // Ended before its time, the deadline has nothing to say.
  deadline.catch(() => {})
  try {
    return await Promise.race([work, deadline])
  } finally {
    late.abort()
  }
}
