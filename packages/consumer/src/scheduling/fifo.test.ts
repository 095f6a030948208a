import { expect, it } from 'vitest'
import { seeded } from '../../test/seeded.ts'
import { Fifo } from './fifo.ts'

it('gives items back in the order they came, like an array would', () => {
  const random = seeded(7)
  const fifo = new Fifo<number>()
  const array: number[] = []
  for (let n = 0; n < 20_000; n++) {
    // Grows beyond the point where the queue moves its items, then empties.
    if (random() < (n < 10_000 ? 0.7 : 0.3)) {
      fifo.push(n)
      array.push(n)
    } else {
      expect(fifo.shift()).toBe(array.shift())
    }
    expect(fifo.length).toBe(array.length)
  }
})
