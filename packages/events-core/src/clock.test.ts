import { expect, it } from 'vitest'
import { systemClock } from './clock.ts'

/** Whether the clock called back too early, for each of some waits that begin at other fractions of a millisecond. */
function areEarly(count: number): Promise<boolean[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      for (const untilMs = performance.now() + 0.07; performance.now() < untilMs; );
      const delayMs = 5 + n
      const dueMs = systemClock.now() + delayMs
      await new Promise<void>((resolve) => systemClock.after(delayMs, resolve))
      return systemClock.now() < dueMs
    }),
  )
}

it('calls back when its time has gone on by the delay, not a fraction of a millisecond before', async () => {
  for (let round = 0; round < 20; round++) expect(await areEarly(30)).not.toContain(true)
})

it('can be told to wait for longer than a timer can', async () => {
  let called = false
  const cancel = systemClock.after(2 ** 40, () => {
    called = true
  })
  await new Promise<void>((resolve) => systemClock.after(2, resolve))
  cancel()
  expect(called).toBe(false)
})
