import { randomUUID } from 'node:crypto'
import { topicNames } from '@house-helper/events-core'
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { expect, it } from 'vitest'
import { documentedMessage, nanosecondMessage } from '../test/go-message.ts'
import { createSubscriber, onTasks, type TasksEvent } from './index.ts'

it('hands messages of the Go service, without key and headers, to a typed handler', async () => {
  if (!process.env.KAFKA_BROKERS) throw new Error('KAFKA_BROKERS is not set: run the tests with `pnpm test`.')
  const topicPrefix = `test-${randomUUID()}`
  const names = topicNames(topicPrefix)
  const topic = names.domain('tasks')
  const groupId = `group-${randomUUID()}`
  await using transport = createKafkaTransport({ ...connectionFromEnv(), topicPrefix })
  await transport.admin.createTopics(
    [topic, names.inbox(groupId), names.dead(groupId)].map((name) => ({
      name,
      partitions: 1,
      replicationFactor: 1,
      config: {},
    })),
  )
  const events: TasksEvent<'task.completed'>[] = []
  const both = Promise.withResolvers<void>()
  const handle = (event: TasksEvent<'task.completed'>): void => {
    if (events.push(event) === 2) both.resolve()
  }
  const on = [onTasks({ 'task.completed': handle })]
  await using subscriber = createSubscriber({ groupId, transport, on })
  await subscriber.start()
  const second = nanosecondMessage.replace('20251009120000-abc123', '20251009120000-abc124')
  const messages = [documentedMessage, second].map((text) => ({ key: null, value: Buffer.from(text) }))
  await transport.sender.append({ topic, partition: 0, messages }, { timeoutMs: 10_000 })
  await Promise.race([both.promise, subscriber.closed])
  expect(events.map(({ id, timestamp }) => [id, timestamp])).toEqual([
    ['20251009120000-abc123', '2025-10-09T12:00:00Z'],
    ['20251009120000-abc124', '2025-10-09T14:00:00.123456789+02:00'],
  ])
  expect(events[0]).toMatchObject({
    type: 'task.completed',
    source: 'api-service',
    householdId: 'household-001',
    userId: 'user-001',
    correlationId: 'req-xyz789',
    causationId: undefined,
    data: JSON.parse(documentedMessage).data,
  })
})
