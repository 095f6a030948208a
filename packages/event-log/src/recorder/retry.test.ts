import { describe, expect, it } from 'vitest'
import { retrying } from './retry.ts'
import { createSlots } from './slots.ts'

describe('retrying', () => {
  it('calls again until it succeeds, and reports each failure with its number', async () => {
    const failures: number[] = []
    let calls = 0
    const attempt = async () => {
      if (++calls < 3) throw new Error('not yet')
      return 'done'
    }
    const result = await retrying(attempt, new AbortController().signal, (_, attempts) => failures.push(attempts))
    expect([result, calls, failures]).toEqual(['done', 3, [1, 2]])
  })

  it('ends with the reason of the abort, also while it waits', async () => {
    const ending = new AbortController()
    const attempt = async () => Promise.reject(new Error('never'))
    const ended = retrying(attempt, ending.signal, () => queueMicrotask(() => ending.abort()))
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('slots', () => {
  it('run so many tasks at once, first come, first served, also after one that fails', async () => {
    const slots = createSlots(2)
    const order: string[] = []
    const gates = ['a', 'b', 'c', 'd'].map((name) => ({ name, ...Promise.withResolvers<void>() }))
    const runs = gates.map(({ name, promise }) =>
      slots.run(async () => {
        order.push(name)
        await promise
      }),
    )
    const settled = Promise.allSettled(runs)
    expect(order).toEqual(['a', 'b'])
    gates[1]?.reject(new Error('fails'))
    await expect(runs[1]).rejects.toThrow('fails')
    expect(order).toEqual(['a', 'b', 'c'])
    for (const { resolve } of gates) resolve()
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(order).toEqual(['a', 'b', 'c', 'd'])
  })
})
