import { type Broker, knows } from './broker.ts'
import { answerIn } from './failure.ts'
import type { Library } from './library.ts'

const NO_ID = '00000000-0000-0000-0000-000000000000'

/** Asks a broker for the ids of topics; a missing topic is left out. Undefined where the broker is too old to have ids. */
export async function readTopicIds(
  { metadataV12 }: Library,
  broker: Broker,
  topics: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const { api } = metadataV12
  if (!knows(broker, api)) return undefined
  const answer = await api.async(broker.main, [...topics], false, false).catch((error: unknown) => {
    const read = answerIn(error) as Awaited<ReturnType<typeof api.async>> | undefined
    if (read) return read
    throw error
  })
  const known = answer.topics.filter(({ errorCode, topicId }) => errorCode === 0 && topicId !== NO_ID)
  return new Map(known.map(({ name, topicId }) => [name ?? '', textOf(topicId)]))
}

/** The id as Kafka's own tools print it. */
function textOf(topicId: string): string {
  return Buffer.from(topicId.replaceAll('-', ''), 'hex').toString('base64url')
}
