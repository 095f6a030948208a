import { expect, it } from 'vitest'
import { InheritedProgress } from './inherited-progress.ts'

const tried = { offset: 14, attempts: 2, running: false }

function inherited(): InheritedProgress {
  return new InheritedProgress({
    clean: true,
    crashes: 0,
    done: [
      { from: 11, to: 13 },
      { from: 20, to: 21 },
    ],
    tried: [tried],
  })
}

it('knows what is done, offset by offset', () => {
  const progress = inherited()
  const offsets = Array.from({ length: 15 }, (_, n) => 10 + n)
  expect(offsets.filter((offset) => progress.wasDone(offset))).toEqual([11, 12, 20])
})

it('knows what was tried, and only that', () => {
  const progress = inherited()
  expect([13, 14, 15].map((offset) => progress.triedAt(offset))).toEqual([undefined, tried, undefined])
})

it('keeps what is not read again yet', () => {
  const progress = inherited()
  progress.wasDone(11)
  expect(progress.doneFrom(12)).toEqual([
    { from: 12, to: 13 },
    { from: 20, to: 21 },
  ])
  expect(progress.triedFrom(14)).toEqual([tried])
  expect(progress.triedFrom(15)).toEqual([])
})

it('is empty where nothing was inherited', () => {
  const progress = new InheritedProgress(undefined)
  expect(progress.wasDone(0)).toBe(false)
  expect(progress.doneFrom(0)).toEqual([])
})
