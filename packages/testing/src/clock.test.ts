import { describe, expect, it } from 'vitest'
import { createTestClock } from './clock.ts'

describe('a test clock', () => {
  it('stands still where it was set, until time is made to pass', async () => {
    const clock = createTestClock({ now: '2026-01-02T03:04:05.678Z' })
    expect(new Date(clock.now()).toISOString()).toBe('2026-01-02T03:04:05.678Z')
    await clock.advance(1000)
    expect(new Date(clock.now()).toISOString()).toBe('2026-01-02T03:04:06.678Z')
  })

  it('runs what is due on the way, each at its time, also what is begun on the way', async () => {
    const clock = createTestClock({ now: new Date(0) })
    const ran: string[] = []
    const note = (name: string) => () => void ran.push(`${name} at ${clock.now()}`)
    clock.after(300, note('third'))
    clock.after(100, () => {
      note('first')()
      clock.after(100, note('second'))
    })
    clock.after(301, note('never'))
    clock.after(50, note('cancelled'))()
    await clock.advance(300)
    expect(ran).toEqual(['first at 100', 'second at 200', 'third at 300'])
  })

  it('runs what is due at once without time passing', async () => {
    const clock = createTestClock()
    await new Promise<void>((resolve) => clock.after(0, resolve))
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('does not pass by %d ms', async (ms) => {
    await expect(createTestClock().advance(ms)).rejects.toThrow(RangeError)
  })

  it('is not set to what is no time', () => {
    expect(() => createTestClock({ now: 'yesterday' })).toThrow('yesterday is no time')
  })
})
