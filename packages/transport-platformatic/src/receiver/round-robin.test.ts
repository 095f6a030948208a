import { expect, it } from 'vitest'
import { dealRoundRobin } from './round-robin.ts'

const partitions = ['bills', 'tasks'].flatMap((topic) => [0, 1, 2].map((partition) => ({ topic, partition })))

it('deals every partition once, evenly, by the order of the member ids', () => {
  const hands = dealRoundRobin(
    ['b', 'a'].map((memberId) => ({ memberId, topics: ['bills', 'tasks'] })),
    partitions,
  )
  expect(hands.get('a')?.map(({ topic, partition }) => `${topic}/${partition}`)).toEqual([
    'bills/0',
    'bills/2',
    'tasks/1',
  ])
  expect([...hands.values()].flat()).toHaveLength(6)
})

it('gives no member a partition of a topic that it does not want', () => {
  const hands = dealRoundRobin(
    [
      { memberId: 'a', topics: ['bills'] },
      { memberId: 'b', topics: ['bills', 'tasks'] },
    ],
    partitions,
  )
  expect(hands.get('a')?.every(({ topic }) => topic === 'bills')).toBe(true)
  expect([...hands.values()].flat()).toHaveLength(6)
})

it('gives a member nothing where there are more members than partitions', () => {
  const hands = dealRoundRobin(
    ['a', 'b'].map((memberId) => ({ memberId, topics: ['bills'] })),
    [{ topic: 'bills', partition: 0 }],
  )
  expect(hands.get('b')).toEqual([])
})
