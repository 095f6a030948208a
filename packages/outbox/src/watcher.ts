import type { Logger } from '@house-helper/events-core'
import type { ChangeStream, Collection } from 'mongodb'
import { backoffMs } from './backoff.ts'
import { createBell } from './bell.ts'
import type { EntryDocument } from './collections.ts'
import { mongoFailure } from './mongo-failure.ts'
import type { Problems } from './relay-health.ts'

/** What a watcher needs. */
export interface WatcherOptions {
  readonly entries: Collection<EntryDocument>
  /** Called when entries came in, and when some may have come unseen. */
  readonly came: () => void
  readonly problems: Problems
  readonly logger: Logger
}

/** A watcher tells when entries come, by a change stream. It may fail for as long as it wants: the relay polls as well. */
export interface Watcher {
  close(): Promise<void>
}

const onlyInserts = [{ $match: { operationType: 'insert' } }, { $project: { _id: 1 } }]
const PLACE = 'change-stream'

/** Starts watching. */
export function createWatcher({ entries, came, problems, logger }: WatcherOptions): Watcher {
  const closing = createBell()
  let closed = false
  let stream: ChangeStream | undefined

  async function follow(): Promise<void> {
    const opened = entries.watch(onlyInserts, { batchSize: 1000 })
    stream = opened
    // Closed while it was being opened.
    if (closed) return
    while (!closed) {
      // Returns every second or so with nothing, so that a stream that works is known to.
      const change = await opened.tryNext()
      problems.clear(PLACE)
      if (change !== null) came()
    }
  }

  async function run(): Promise<void> {
    for (let failures = 1; !closed; failures += 1) {
      try {
        await follow()
      } catch (error) {
        if (closed) break
        const message = `The outbox is only polled; its change stream failed: ${mongoFailure(error)}.`
        problems.set(PLACE, 'CHANGE_STREAM_FAILING', message)
        logger.warn({ error: mongoFailure(error) }, 'The change stream of the outbox failed')
        await stream?.close()
        came()
      }
      if (!closed) await closing.wait(backoffMs(failures))
    }
  }

  const running = run()
  return {
    async close() {
      closed = true
      closing.ring()
      await stream?.close()
      await running
    },
  }
}
