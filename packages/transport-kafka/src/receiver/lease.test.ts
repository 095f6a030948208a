import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLease } from './lease.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a lease', () => {
  it('sends a heartbeat each tenth of the session in which nothing else confirmed it', async () => {
    const { lease, heard } = newLease({ answers: true })
    lease.begin()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(heard.filter((what) => what === 'heartbeat').length).toBeGreaterThanOrEqual(9)
    expect(new Set(heard)).toEqual(new Set(['heartbeat']))
    lease.end()
  })

  it('is uncertain after three quarters of the session, and certain again with the next answer', async () => {
    const { lease, heard } = newLease()
    lease.begin()
    await vi.advanceTimersByTimeAsync(7_000)
    expect(heard).not.toContain('uncertain')
    await vi.advanceTimersByTimeAsync(1_500)
    expect(lease.isUncertain).toBe(true)
    lease.confirm(performance.now())
    expect(heard.filter((what) => what !== 'heartbeat')).toEqual(['uncertain', 'certain'])
    expect(lease.isUncertain).toBe(false)
    lease.end()
  })

  it('counts from when what was answered had been sent: an old answer that lay unread makes nothing certain', async () => {
    const { lease, heard } = newLease()
    lease.begin()
    const sentMs = performance.now()
    await vi.advanceTimersByTimeAsync(9_000)
    lease.confirm(sentMs)
    expect(lease.isUncertain).toBe(true)
    lease.confirm(sentMs + 5_000)
    expect(lease.isUncertain).toBe(false)
    lease.confirm(sentMs + 1_000)
    expect(lease.isUncertain).toBe(false)
    expect(heard.filter((what) => what !== 'heartbeat')).toEqual(['uncertain', 'certain'])
    lease.end()
  })

  it.each([
    { heldUpMs: 9_000, becomes: 'uncertain' },
    { heldUpMs: 23_000, becomes: 'dead' },
  ])('is $becomes where the process was held up for $heldUpMs ms, whatever lies unread', ({ heldUpMs, becomes }) => {
    const { lease, heard } = newLease()
    lease.begin()
    const sentMs = performance.now()
    // The clock goes on and no timer has run yet: sockets may come before them.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(sentMs + heldUpMs)
    lease.confirm(sentMs)
    clock.mockRestore()
    expect(heard.filter((what) => what !== 'heartbeat')).toEqual([becomes])
    lease.end()
  })

  it('is dead after two sessions, and then has no timer', async () => {
    const { lease, heard } = newLease()
    lease.begin()
    await vi.advanceTimersByTimeAsync(19_000)
    expect(heard).not.toContain('dead')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(heard.at(-1)).toBe('dead')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('gives a join the time that the others have, and asks nothing meanwhile', async () => {
    const { lease, heard } = newLease({ joining: true })
    lease.begin()
    await vi.advanceTimersByTimeAsync(39_000)
    expect(heard).toEqual(['uncertain'])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(heard).toEqual(['uncertain', 'dead'])
  })

  it('has one heartbeat under way at a time', async () => {
    const { lease, heard } = newLease({ hangs: true })
    lease.begin()
    await vi.advanceTimersByTimeAsync(6_000)
    expect(heard).toEqual(['heartbeat'])
    lease.end()
  })

  it('is in doubt once a broker was away, asks at once and again, until the coordinator knows the member', async () => {
    const { lease, asked } = newLease()
    lease.begin()
    lease.doubt()
    lease.doubt()
    expect([lease.isDoubtful, asked.length]).toEqual([true, 1])
    asked[0]?.(false)
    await vi.advanceTimersByTimeAsync(110)
    expect([lease.isDoubtful, asked.length]).toEqual([true, 2])
    asked[1]?.(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(lease.isDoubtful).toBe(false)
    lease.end()
  })

  it('stays in doubt when the answer is to a question from before', async () => {
    const { lease, asked } = newLease()
    lease.begin()
    lease.doubt()
    lease.doubt()
    asked[0]?.(true)
    await vi.advanceTimersByTimeAsync(50)
    expect(lease.isDoubtful).toBe(true)
    lease.end()
  })

  it('is not cured of a doubt by a heartbeat', async () => {
    const { lease, heard } = newLease({ answers: true })
    lease.begin()
    lease.doubt()
    await vi.advanceTimersByTimeAsync(2_100)
    expect([heard.length > 0, lease.isDoubtful]).toEqual([true, true])
    lease.end()
  })

  it('has no doubts without a membership, and asks nothing for one that has ended', async () => {
    const { lease, asked } = newLease()
    lease.doubt()
    lease.begin()
    expect([lease.isDoubtful, asked.length]).toEqual([false, 0])
    lease.doubt()
    lease.end()
    asked[0]?.(false)
    await vi.advanceTimersByTimeAsync(1_000)
    expect([asked.length, lease.isDoubtful, vi.getTimerCount()]).toEqual([1, false, 0])
  })
})

function newLease({ answers = false, joining = false, hangs = false } = {}) {
  const heard: string[] = []
  // What is said of each question whether the coordinator knows the member.
  const asked: ((isKnown: boolean) => void)[] = []
  const lease = createLease({
    sessionTimeoutMs: 10_000,
    joinAllowanceMs: 30_000,
    isJoining: () => joining,
    async heartbeat() {
      heard.push('heartbeat')
      const sentMs = performance.now()
      if (hangs) await new Promise(() => {})
      if (answers) lease.confirm(sentMs)
    },
    isKnown: () => new Promise((resolve) => asked.push(resolve)),
    onUncertain: () => heard.push('uncertain'),
    onCertain: () => heard.push('certain'),
    onDead: () => heard.push('dead'),
  })
  return { lease, heard, asked }
}
