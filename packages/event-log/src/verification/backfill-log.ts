import type { Domain, FetchedMessage } from '@house-helper/events-core'
import type { BackfillDocument } from '../documents.ts'
import { LogError } from '../errors.ts'
import { documentMaker, type Generation, positionId } from '../recorder/message-documents.ts'
import { recordWriter } from '../recorder/record-writer.ts'
import { createStore, type Store } from '../store.ts'
import type { Finding } from './finding.ts'
import type { PartitionProgress } from './partition-check.ts'
import { topicCursor } from './topic-cursor.ts'
import { type VerifyOptions, verifyLog } from './verify-log.ts'

/** What {@link backfillLog} takes. */
export interface BackfillOptions extends VerifyOptions {
  /** Contracts to judge by, as the recorder has them. */
  readonly domains: readonly Domain[]
  /** Only says what would be recorded. Default: false. */
  readonly isDryRun?: boolean | undefined
}

/** What backfilling tells as it goes on; `summary` is the last. */
export type BackfillStep =
  | { readonly kind: 'progress'; readonly progress: PartitionProgress }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'backfilled'; readonly message: Omit<BackfillDocument, '_id' | 'backfilledAt'> }
  | { readonly kind: 'summary'; readonly summary: BackfillSummary }

/** What became of what was missing. */
export interface BackfillSummary {
  /** Messages that the log lacked and the topic has. */
  readonly found: number
  /** How many of them are recorded now; none in a dry run. */
  readonly backfilled: number
  /** Messages that the log lacks and the topic has no more. */
  readonly gone: number
}

/** How long one write may take. */
const OPERATION_TIMEOUT_MS = 15_000

/**
 * Records what the log lacks and the topic still has: what is missing by the ledger, and what lies in its gaps.
 *
 * Nothing that is stored is changed, nor is the ledger: each message that was added is named in `backfills`. It can be
 * made again at any time, and beside recorders that run.
 *
 * @throws what {@link verifyLog} throws; LogError `LOG_MESSAGE_REFUSED` where MongoDB takes a message in no form.
 */
export async function* backfillLog(options: BackfillOptions): AsyncGenerator<BackfillStep, void> {
  const store = createStore(options.db, OPERATION_TIMEOUT_MS)
  const write = messageWriter(store, options.domains)
  let [found, backfilled, gone] = [0, 0, 0]
  for await (const step of verifyLog(options)) {
    if (step.kind === 'progress') yield step
    if (step.kind !== 'finding' || !isLacking(step.finding)) continue
    const { finding } = step
    yield { kind: 'finding', finding }
    if (!finding.inTopic) {
      gone += finding.to - finding.from
      continue
    }
    const messages = await topicCursor(options.transport, finding).take(finding.from, finding.to)
    found += messages.length
    if (options.isDryRun === true) continue
    for (const message of messages) {
      options.signal?.throwIfAborted()
      yield { kind: 'backfilled', message: await write(finding, message) }
      backfilled += 1
    }
  }
  yield { kind: 'summary', summary: { found, backfilled, gone } }
}

function isLacking({ kind }: Finding): boolean {
  return kind === 'missing' || kind === 'unrecorded'
}

type Write = (finding: Finding, message: FetchedMessage) => Promise<Omit<BackfillDocument, '_id' | 'backfilledAt'>>

function messageWriter(store: Store, domains: readonly Domain[]): Write {
  const makeDocument = documentMaker(domains)
  const writeRecords = recordWriter(store)
  const storeOne = async (place: Generation, message: FetchedMessage): Promise<BackfillDocument['outcome']> => {
    const made = makeDocument(message, place, new Date())
    if (made.kind === 'record') return (await writeRecords(place, [made.document]))[0] ?? 'recorded'
    const { refused } = await store.insert('quarantine', [made.document])
    if (refused.length === 0) return 'quarantined'
    throw new LogError('LOG_MESSAGE_REFUSED', `MongoDB refuses the message at ${made.document._id}.`)
  }
  return async ({ topic, partition, generation, kind }, message) => {
    const place = { topic, partition, generation }
    const { offset } = message
    const reason = kind === 'unrecorded' ? 'unrecorded' : 'missing'
    const outcome = await storeOne(place, message)
    const done = { ...place, offset, reason, outcome } as const
    // After the message, so that it never names what was not added; a kill between the two may leave it out.
    await store.insert('backfills', [{ _id: positionId(place, offset), ...done, backfilledAt: new Date() }])
    return done
  }
}
