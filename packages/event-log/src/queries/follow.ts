import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { readRecorded } from '../coverage.ts'
import type { LogParts } from '../log-parts.ts'
import { readInOrder } from './ordered-reader.ts'
import { checkQuery } from './query.ts'
import { checkRead, type ReadQuery } from './read-query.ts'
import type { RecordBatch } from './reading.ts'

/** What {@link EventLog.follow} takes. */
export interface FollowQuery extends Omit<ReadQuery, 'to'> {
  /** Milliseconds between looks at what is recorded, 20 to 60,000. Default 500. */
  readonly pollMs?: number | undefined
}

const pollSchema = z.number().int().min(20).max(60_000).default(500)

/**
 * Reads in position order and goes on with what is recorded later, without end: the ledger is looked at again and again,
 * which is one small query for any number of events. Begins with what is recorded next where no position is given.
 */
export function followRecords({ pollMs, ...query }: FollowQuery, parts: LogParts): AsyncGenerator<RecordBatch, void> {
  const waitMs = checkQuery(pollSchema, pollMs)
  const reading = checkRead(query, new Date())
  const { signal } = reading
  return (async function* () {
    let from = query.from === undefined ? await readRecorded(parts.collections, parts.maxTimeMs) : reading.from
    for (;;) {
      for await (const batch of readInOrder({ ...reading, from }, parts)) {
        from = batch.position
        yield batch
      }
      signal?.throwIfAborted()
      await wait(waitMs, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw error
      })
    }
  })()
}
