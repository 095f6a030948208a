import { describe, expect, it } from 'vitest'
import { seeded } from '../../test/seeded.ts'
import { type Pending, Watermark } from './watermark.ts'

class Item implements Pending<Item> {
  readonly offset: number
  before: Item | undefined = undefined
  after: Item | undefined = undefined
  constructor(offset: number) {
    this.offset = offset
  }
}

function read(watermark: Watermark<Item>, ...offsets: number[]): Item[] {
  return offsets.map((offset) => {
    const item = new Item(offset)
    watermark.readTo(offset + 1)
    watermark.add(item)
    return item
  })
}

describe('a watermark', () => {
  it('has no position before anything was read of a partition without a commit', () => {
    expect(new Watermark<Item>(undefined).position).toBeUndefined()
  })

  it('stays where it was committed while nothing is read', () => {
    expect(new Watermark<Item>(7).position).toBe(7)
  })

  it('stands at the first offset that is not done', () => {
    const watermark = new Watermark<Item>(0)
    const [first, second, third] = read(watermark, 0, 1, 2) as [Item, Item, Item]
    watermark.remove(second)
    expect(watermark.position).toBe(0)
    watermark.remove(first)
    expect(watermark.position).toBe(2)
    watermark.remove(third)
    expect(watermark.position).toBe(3)
    expect(watermark.pending).toBe(0)
  })

  it('crosses gaps between offsets and messages that pass', () => {
    const watermark = new Watermark<Item>(10)
    const [first, second] = read(watermark, 12, 40) as [Item, Item]
    watermark.readTo(90)
    expect(watermark.done()).toEqual([
      { from: 13, to: 40 },
      { from: 41, to: 90 },
    ])
    watermark.remove(first)
    expect(watermark.position).toBe(40)
    watermark.remove(second)
    expect(watermark.position).toBe(90)
    expect(watermark.done()).toEqual([])
  })

  it('is below every offset that is not done and says of every other one that it is, in any order of work', () => {
    const random = seeded(42)
    for (let round = 0; round < 200; round++) {
      const watermark = new Watermark<Item>(0)
      const pending = new Map<number, Item>()
      let offset = 0
      for (let step = 0; step < 60; step++) {
        if (random() < 0.6) {
          offset += 1 + Math.floor(random() * 3)
          const [item] = read(watermark, offset) as [Item]
          pending.set(offset, item)
        } else {
          const offsets = [...pending.keys()]
          const at = offsets[Math.floor(random() * offsets.length)]
          if (at === undefined) continue
          watermark.remove(pending.get(at) as Item)
          pending.delete(at)
        }
        const position = Math.min(...pending.keys(), watermark.next ?? 0)
        expect(watermark.position).toBe(position)
        const done = new Set<number>()
        for (const { from, to } of watermark.done()) for (let at = from; at < to; at++) done.add(at)
        for (let at = position; at < (watermark.next ?? 0); at++) expect(done.has(at)).toBe(!pending.has(at))
        expect([...watermark.items()].map((item) => item.offset)).toEqual([...pending.keys()])
      }
    }
  })
})
