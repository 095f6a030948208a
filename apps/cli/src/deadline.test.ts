import { describe, expect, it } from 'vitest'
import { parseDuration, within } from './deadline.ts'

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['10', '0s', '-1s', '1h', '', 's', '0.1ms', '99999999m'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow('Write a duration with its unit')
  })
})

describe('within', () => {
  it('gives what the work resolves with', async () => {
    await expect(within(1_000, 'Working', async () => 7)).resolves.toBe(7)
  })

  it("passes the work's own error on", async () => {
    await expect(within(1_000, 'Working', () => Promise.reject(new Error('own')))).rejects.toThrow('own')
  })

  it('rejects at the deadline, naming what was waited for, and tells the work', async () => {
    let aborted = false
    const never = within(20, 'Asking nobody', ({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return new Promise<never>(() => undefined)
    })
    await expect(never).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('Asking nobody took longer than 20 ms'),
    })
    expect(aborted).toBe(true)
  })

  it('rejects with the deadline where the abort makes the work reject too', async () => {
    const work = within(
      20,
      'Working',
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    )
    await expect(work).rejects.toMatchObject({ code: 'TIMED_OUT' })
  })
})
