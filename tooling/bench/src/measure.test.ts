import { expect, it } from 'vitest'
import { type Case, measure, median } from './measure.ts'

const stack = { brokers: [], mongodbUri: '', events: 0 }

function caseOf(ours: readonly number[], peer: readonly number[], log: string[]): Case {
  const next = (name: string, figures: readonly number[]) => {
    const left = [...figures]
    return async () => {
      log.push(name)
      return left.shift() ?? Number.NaN
    }
  }
  return {
    name: 'x',
    peerName: 'y',
    unit: 'events/s',
    goal: 2,
    better: 'higher',
    prepare: async () => ({
      ours: next('ours', ours),
      peer: next('peer', peer),
      close: async () => void log.push('close'),
    }),
  }
}

it('takes the median of the ratios of neighbours and leaves out the first round', async () => {
  const log: string[] = []
  const result = await measure(caseOf([999, 10, 40, 30], [1, 10, 10, 10], log), stack, 3)
  expect(result).toMatchObject({ ours: 30, peer: 10, ratio: 3, spread: { min: 1, max: 4 }, met: true })
})

it('changes who goes first, and closes', async () => {
  const log: string[] = []
  await measure(caseOf([1, 1], [1, 1], log), stack, 1)
  expect(log).toEqual(['ours', 'peer', 'peer', 'ours', 'close'])
})

it('takes the mean of the middle two of an even number', () => {
  expect([median([4, 1, 3, 2]), median([5])]).toEqual([2.5, 5])
})
