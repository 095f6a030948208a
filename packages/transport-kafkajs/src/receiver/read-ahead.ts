import { type FetchAnswer, type FetchTopics, partitionKey } from '@house-helper/transport-kafka'

/** What one broker is asked for. */
export interface FetchRequest {
  readonly topics: FetchTopics
}

/** Asks one broker for messages. */
export type Fetch = (request: FetchRequest) => Promise<readonly FetchAnswer[]>

/**
 * Asks for what follows an answer as soon as the answer is there, so that it comes while the answer is being handled.
 * kafkajs asks only afterwards: without this, broker and handlers wait for each other in turn.
 *
 * Only where the broker has more, and only for a reader that goes on where the answer before ended: a slower one stops
 * in between, and would be sent the same messages twice. One answer at most is kept ahead.
 */
export function readAhead(fetch: Fetch): Fetch {
  let next: Positions | undefined
  let ahead: Promise<readonly FetchAnswer[]> | undefined

  return async (request) => {
    const asked = positionsOf(request)
    const goesOn = next !== undefined && areEqual(asked, next)
    const answering = goesOn && ahead !== undefined ? ahead : fetch(request)
    next = undefined
    ahead = undefined
    const answers = await answering
    const after = positionsAfter(asked, answers)
    if (after === undefined) return answers
    next = after
    if (goesOn && hasMore(after, answers)) {
      ahead = fetch({ ...request, topics: moved(request.topics, after) })
      // Its failure is of whoever asks for it next; it may be nobody.
      ahead.catch(() => {})
    }
    return answers
  }
}

/** Offsets by topic-partition. */
type Positions = ReadonlyMap<string, number>

function positionsOf({ topics }: FetchRequest): Positions {
  return new Map(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, fetchOffset }) => [partitionKey({ topic, partition }), Number(fetchOffset)]),
    ),
  )
}

/** Where the partitions go on after an answer; undefined where one of them has to be looked after first. */
function positionsAfter(asked: Positions, answers: readonly FetchAnswer[]): Positions | undefined {
  const after = new Map(asked)
  for (const { topic, partition, errorCode, nextOffset } of answers) {
    if (errorCode !== 0) return undefined
    if (nextOffset !== undefined) after.set(partitionKey({ topic, partition }), nextOffset)
  }
  return after
}

function hasMore(positions: Positions, answers: readonly FetchAnswer[]): boolean {
  return answers.some(({ topic, partition, lastStableOffset }) => {
    const position = positions.get(partitionKey({ topic, partition }))
    return position !== undefined && position < lastStableOffset
  })
}

function moved(topics: FetchTopics, positions: Positions): FetchTopics {
  return topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((asked) => ({
      ...asked,
      fetchOffset: String(positions.get(partitionKey({ topic, partition: asked.partition })) ?? asked.fetchOffset),
    })),
  }))
}

function areEqual(some: Positions, others: Positions): boolean {
  return some.size === others.size && [...some].every(([key, offset]) => others.get(key) === offset)
}
