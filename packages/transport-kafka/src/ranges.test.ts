import { TransportError } from '@house-helper/events-core'
import { expect, it } from 'vitest'
import { createAdmin } from './admin.ts'
import type { ClusterMetadata } from './wire/cluster-map.ts'
import type { Wire, WireRequest } from './wire/wire.ts'

const topic = 'house-helper.tasks'

it('asks for ranges anew when the partitions of one leader have gone to several', async () => {
  const leaders = [
    [1, 1],
    [2, 3],
  ]
  const asked: object[] = []
  const wire = {
    metadata: async () => metadataWith(leaders[Math.min(asked.length, 1)] ?? []),
    once: async ({ args }: WireRequest) => {
      const { topics } = args as { topics: { partitions: { partition: number }[] }[] }
      const partitions = topics[0]?.partitions ?? []
      asked.push(partitions.map(({ partition }) => partition))
      // Neither broker leads both of them any more, whichever is asked.
      if (partitions.length > 1) throw new TransportError('PROTOCOL', 'NOT_LEADER_FOR_PARTITION', { canRetry: true })
      return { responses: [{ topic, partitions: partitions.map(({ partition }) => ({ partition, offset: '7' })) }] }
    },
  } as unknown as Wire
  expect(await createAdmin(wire).ranges([topic])).toEqual([
    { topic, partition: 0, low: 7, high: 7 },
    { topic, partition: 1, low: 7, high: 7 },
  ])
  expect(asked).toEqual([[0, 1], [0, 1], [0], [1], [0], [1]])
})

function metadataWith(leaders: readonly number[]): ClusterMetadata {
  const partitionMetadata = leaders.map((leader, partitionId) => ({
    ...{ partitionErrorCode: 0, partitionId, leader, replicas: [1, 2, 3] },
  }))
  return {
    brokers: [],
    clusterId: 'c',
    controllerId: 1,
    topicMetadata: [{ topicErrorCode: 0, topic, partitionMetadata }],
  }
}
