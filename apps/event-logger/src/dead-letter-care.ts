import {
  createDeadLetterIndexer,
  createDeadLetters,
  type DeadLetters,
  type OpenDeadLetters,
} from '@house-helper/event-log'
import type { Domain, Logger, Transport } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { type Repetition, repeat } from './repetition.ts'

/** What {@link createDeadLetterCare} takes. */
export interface DeadLetterCareOptions {
  readonly db: Db
  readonly transport: Transport
  readonly domains: readonly Domain[]
  readonly logger: Logger
  /** How often to look for new dead letters, in milliseconds. Default 2,000. */
  readonly indexIntervalMs?: number
  /** How often open ones are counted, in milliseconds. Default 10,000. */
  readonly countIntervalMs?: number
}

/** All that the logger does about dead letters: it indexes them, counts the open ones, and gives access to them. */
export interface DeadLetterCare {
  readonly letters: DeadLetters
  /** Begins to index and to count; returns at once. */
  start(): void
  /** Open dead letters of every group that has a topic for them; empty while they cannot be counted. */
  open(): readonly OpenDeadLetters[]
  /** Why dead letters are not indexed now. */
  warnings(): readonly string[]
  /** Ends redrives and discards after the step that they are in, then the indexing. */
  close(options: { readonly timeoutMs: number }): Promise<void>
}

/** Makes the care of dead letters; it does nothing before `start()`. */
export function createDeadLetterCare(options: DeadLetterCareOptions): DeadLetterCare {
  const { db, transport, domains, logger, indexIntervalMs, countIntervalMs = 10_000 } = options
  const interval = indexIntervalMs === undefined ? {} : { indexIntervalMs }
  const indexer = createDeadLetterIndexer({ db, transport, domains, logger, ...interval })
  const letters = createDeadLetters({ db, transport })
  let open: readonly OpenDeadLetters[] | undefined
  let counting: Repetition | undefined
  return {
    letters,
    start() {
      indexer.start()
      counting = repeat({
        intervalMs: countIntervalMs,
        run: async () => {
          open = await letters.open()
        },
        failed: (error) => {
          open = undefined
          logger.warn({ err: error }, 'Cannot count dead letters; their metric is absent until it works again.')
        },
      })
    },
    open: () => (open === undefined ? [] : withZeros(open, indexer.groups())),
    warnings: () => indexer.health().reasons,
    async close({ timeoutMs }) {
      counting?.close()
      await Promise.all([letters.close({ timeoutMs }), indexer.close({ timeoutMs })])
    },
  }
}

/** A group without open dead letters is a figure too: an alert that was raised ends with it. */
function withZeros(open: readonly OpenDeadLetters[], groups: readonly string[]): readonly OpenDeadLetters[] {
  const known = new Set(open.map(({ group }) => group))
  const none = groups.filter((group) => !known.has(group)).map((group) => ({ group, open: 0 }))
  return [...open, ...none].sort((a, b) => (a.group < b.group ? -1 : 1))
}
