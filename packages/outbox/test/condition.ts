import { setTimeout as delay } from 'node:timers/promises'

/** Waits until a condition holds; fails at the deadline, naming what was waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`Not within ${timeoutMs} ms: ${what}.`)
    await delay(5)
  }
}
