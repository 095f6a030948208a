import { topicNames } from '@house-helper/events-core'
import { type Patience, until } from './condition.ts'
import { domainsOf } from './effects.ts'
import type { Stand } from './stand.ts'

/** Waits until the event log has every message that is in the topics now. */
export async function untilRecorded({ log, transport, topics }: Stand, patience: Patience): Promise<void> {
  await until(
    'everything is recorded',
    async () => {
      const states = await log
        .collection('partitions')
        .find({}, { projection: { topic: 1, partition: 1, next: 1 } })
        .toArray()
      const next = new Map(states.map(({ topic, partition, next }) => [`${topic}/${partition}`, Number(next)]))
      return lagText(await transport.admin.ranges(topics), next)
    },
    patience,
  )
}

/** Waits until the handlers' group has committed everything that is in their topics now. */
export async function untilHandled(stand: Stand, patience: Patience): Promise<void> {
  const { transport, name, handlerGroup, handledTypes } = stand
  const names = topicNames(name)
  const topics = [...domainsOf(handledTypes).map(names.domain), names.inbox(handlerGroup)]
  await until(
    'everything is handled',
    async () => {
      const committed = await transport.admin.committed(handlerGroup, topics)
      const next = new Map(committed.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
      return lagText(await transport.admin.ranges(topics), next)
    },
    patience,
  )
}

function lagText(
  ranges: readonly {
    readonly topic: string
    readonly partition: number
    readonly low: number
    readonly high: number
  }[],
  next: ReadonlyMap<string, number>,
): true | string {
  const behind = ranges
    .map(({ topic, partition, low, high }) => ({ name: `${topic}/${partition}`, low, high }))
    .filter(({ name, low, high }) => high > low && (next.get(name) ?? 0) < high)
  if (behind.length === 0) return true
  return behind.map(({ name, high }) => `${name} at ${next.get(name) ?? 'none'} of ${high}`).join(', ')
}
