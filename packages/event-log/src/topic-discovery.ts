import { type Transport, topicNames } from '@house-helper/events-core'

/** Topics as they were found; `signature` changes when topics come or go, get more partitions, or are made again. */
export interface FoundTopics {
  readonly topics: readonly string[]
  readonly signature: string
}

/** Finds the domain topics under the transport's prefix, of known domains or not; or those named, as far as they exist. */
export async function findTopics(
  { admin, topicPrefix }: Pick<Transport, 'admin' | 'topicPrefix'>,
  named?: readonly string[],
): Promise<FoundTopics> {
  const { domainOf } = topicNames(topicPrefix)
  const found = await admin.describeTopics(named)
  const wanted = named === undefined ? found.filter(({ name }) => domainOf(name) !== undefined) : found
  const sorted = wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const topics = sorted.map(({ name }) => name)
  const ids = await admin.topicIds(topics)
  const signature = sorted.map(({ name, partitions }) => `${name}:${partitions}:${ids.get(name) ?? ''}`).join()
  return { topics, signature }
}
