import { setTimeout as wait } from 'node:timers/promises'

/** How requests are sent. */
export interface Pace {
  /** Requests a second. */
  readonly perSecond: number
  readonly count: number
}

/**
 * Sends GET requests, each at its time however long those before it take, and resolves with how long each took, in
 * milliseconds. Fails where an answer is not 200.
 */
export async function pacedRequests(urlOf: (index: number) => string, { perSecond, count }: Pace): Promise<number[]> {
  const startMs = performance.now()
  const requests: Promise<number>[] = []
  for (let index = 0; index < count; index++) {
    const earlyMs = startMs + (index * 1_000) / perSecond - performance.now()
    if (earlyMs > 0) await wait(earlyMs)
    const request = timed(urlOf(index))
    // Looked at below; until then a failure is nobody's.
    request.catch(() => {})
    requests.push(request)
  }
  return await Promise.all(requests)
}

async function timed(url: string): Promise<number> {
  const startMs = performance.now()
  const response = await fetch(url)
  const body = await response.text()
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${body}`)
  return performance.now() - startMs
}

/** The figure that a share of some figures is not above: `quantile(figures, 0.99)`. */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
