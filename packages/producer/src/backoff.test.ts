import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createBackoff } from './backoff.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('doubles the wait from 50 ms on, and never waits for more than 2 s', async () => {
  const waits: number[] = []
  for (const attempt of [1, 2, 3, 6, 7, 8, 100]) waits.push(await waited(attempt, Number.POSITIVE_INFINITY))
  expect(waits).toEqual([50, 100, 200, 1_600, 2_000, 2_000, 2_000])
})

it('waits no longer than it is let', async () => {
  expect(await waited(100, 300)).toBe(300)
})

async function waited(attempt: number, maxMs: number): Promise<number> {
  const startMs = Date.now()
  const wait = createBackoff(() => 0).wait(attempt, maxMs)
  await vi.runAllTimersAsync()
  await wait
  return Date.now() - startMs
}
