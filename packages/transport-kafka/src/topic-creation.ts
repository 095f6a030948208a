import type { TopicSpec } from '@house-helper/events-core'
import { untilLed } from './topic-leaders.ts'
import { ADMIN_TIMEOUT_MS } from './topic-metadata.ts'
import { type AnsweredError, answerError } from './wire/answer-error.ts'
import { asIs } from './wire/exchange.ts'
import type { Wire } from './wire/wire.ts'

const TOPIC_EXISTS = 36

interface TopicAnswer extends AnsweredError {
  readonly topic: string
}

/** Creates topics; resolves with those that were missing, once they can be used. */
export async function createTopics(wire: Wire, topics: readonly TopicSpec[]): Promise<string[]> {
  if (topics.length === 0) return []
  const args = {
    timeout: ADMIN_TIMEOUT_MS,
    topics: topics.map(({ name, partitions, replicationFactor, config }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(config).map(([setting, value]) => ({ name: setting, value })),
    })),
  }
  const request = { target: 'controller', api: 'CreateTopics', args, parse: asIs } as const
  const { topicErrors } = (await wire.retrying(request, ADMIN_TIMEOUT_MS)) as { topicErrors: TopicAnswer[] }
  const failed = topicErrors.find(({ errorCode }) => errorCode !== 0 && errorCode !== TOPIC_EXISTS)
  if (failed) throw answerError(wire, failed, { topic: failed.topic, right: 'Create' })
  const created = topicErrors.filter(({ errorCode }) => errorCode === 0).map(({ topic }) => topic)
  await untilLed(wire, created)
  return created
}

/** Gives a topic more partitions, to `count` in all; resolves once they can be used. */
export async function addPartitions(wire: Wire, topic: string, count: number): Promise<void> {
  const args = { topicPartitions: [{ topic, count }], timeout: ADMIN_TIMEOUT_MS }
  const request = { target: 'controller', api: 'CreatePartitions', args, parse: asIs } as const
  const { topicErrors } = (await wire.retrying(request, ADMIN_TIMEOUT_MS)) as { topicErrors: TopicAnswer[] }
  const failed = topicErrors.find(({ errorCode }) => errorCode !== 0)
  if (failed) throw answerError(wire, failed, { topic, right: 'Alter' })
  await untilLed(wire, [topic], count)
}
