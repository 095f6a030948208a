import { expect, it } from 'vitest'
import { Slice } from './slice.ts'

it('is over after its time, until the event loop has had its turn', async () => {
  const slice = new Slice(2)
  expect(slice.isOver()).toBe(false)
  const untilMs = performance.now() + 3
  while (performance.now() < untilMs);
  expect(slice.isOver()).toBe(true)
  await slice.next()
  expect(slice.isOver()).toBe(false)
})

it('is shared by all who wait for its end: the first one’s work counts for the next', async () => {
  const slice = new Slice(2)
  slice.isOver()
  const worked: string[] = []
  const work = async (name: string): Promise<void> => {
    await slice.next()
    while (slice.isOver()) await slice.next()
    worked.push(name)
    while (!slice.isOver());
  }
  let turns = 0
  const turn = (): void => {
    turns += 1
    if (worked.length < 2) setImmediate(turn)
  }
  turn()
  await Promise.all([work('one'), work('two')])
  expect(worked).toEqual(['one', 'two'])
  expect(turns).toBeGreaterThan(1)
})
