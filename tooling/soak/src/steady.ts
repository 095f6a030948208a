import type { SoakEvent } from './events.ts'
import { type PublishingOptions, publishAll } from './publishing.ts'
import type { Stand } from './stand.ts'

/** Publishes for as long as some work takes; resolves once each publish is in the book or was rejected. */
export async function publishWhile<Result>(
  stand: Stand,
  options: Omit<PublishingOptions, 'count'>,
  work: () => Promise<Result>,
): Promise<Result> {
  let done = false
  const events = untilDone(options.events, () => done)
  const publishing = publishAll(stand, { ...options, events, count: Number.POSITIVE_INFINITY })
  try {
    // Publishing alone ends only by failing, and then there is nothing left to work for.
    return await Promise.race([work(), publishing.then(() => Promise.reject(new Error('Publishing ended.')))])
  } finally {
    done = true
    await publishing
  }
}

function* untilDone(events: Iterator<SoakEvent, unknown>, isDone: () => boolean): Generator<SoakEvent, void, void> {
  while (!isDone()) {
    const { value, done } = events.next()
    if (done) return
    yield value
  }
}
