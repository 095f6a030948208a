import { isHouseHelperError, type Transport, within } from '@house-helper/events-core'
import type { Collection, Db } from 'mongodb'
import { claim } from './claims.ts'
import { deadLetterCollection } from './collections.ts'
import {
  type CommandResult,
  checkDiscard,
  checkRedrive,
  type DeadLetterCommand,
  type RedriveCommand,
} from './command.ts'
import type { DeadLetterDocument } from './document.ts'
import { type Execution, execute, type StepResult } from './execution.ts'
import { type InboxSender, inboxSender } from './inbox.ts'
import { type DeadLetterReader, deadLetterReader } from './reader.ts'
import { type Candidate, changeable } from './selection.ts'
import { MAX_CHANGES } from './writer.ts'

/** What {@link createDeadLetters} takes. */
export interface DeadLettersOptions {
  /** The database that the indexer writes to. Stays the caller's. */
  readonly db: Db
  /** What redrives are sent with. Stays the caller's. */
  readonly transport: Pick<Transport, 'admin' | 'sender' | 'partitioner' | 'topicPrefix'>
  /** How long one query may take, in milliseconds. Default 10,000. */
  readonly maxTimeMs?: number
  /** How long one call of `redrive` or `discard` works, in milliseconds; it ends after the step that it is in. Default 5,000. */
  readonly workMs?: number
}

/** The dead letters of all groups: finds them, sends them to their groups again, or gives them up for good. */
export interface DeadLetters extends DeadLetterReader, AsyncDisposable {
  /**
   * Sends open dead letters, oldest first, to the inbox topic of the group that gave up on each: the original key,
   * headers and value byte for byte, as a delivery of kind `redrive`.
   *
   * One is sent before its state is changed, so a crash in between sends it once more, under the same redrive id; a
   * receipt (`once`) absorbs that. Who is redriven already is not sent again, unless its group gives up on it again.
   */
  redrive(command: RedriveCommand): Promise<CommandResult>
  /** Gives open dead letters up for good. Nothing is deleted: they can still be found and read. */
  discard(command: DeadLetterCommand): Promise<CommandResult>
  /** Ends commands that run, after the step that each is in. Resolves within the deadline; default 5,000. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>
}

/** Dead letters in a step: those of a tenth of a second. */
const STEPS_A_SECOND = 10
const MAX_STEP = 50
const DISCARDS_IN_A_STEP = 500

/** Makes access to the dead letters of a database. */
export function createDeadLetters(options: DeadLettersOptions): DeadLetters {
  const { db, maxTimeMs = 10_000, workMs = 5_000 } = options
  const collection = deadLetterCollection(db)
  const sender = inboxSender(options.transport)
  const ending = new AbortController()
  const running = new Set<Promise<unknown>>()
  const common = { collection, maxTimeMs, workMs, signal: ending.signal }
  const run = async (command: Parameters<typeof execute>[0], execution: Execution): Promise<CommandResult> => {
    const work = execute(command, execution)
    running.add(work)
    try {
      return await work
    } finally {
      running.delete(work)
    }
  }
  const close = async ({ timeoutMs = 5_000 } = {}) => {
    ending.abort()
    await within(Promise.allSettled(running), timeoutMs)
  }
  return {
    ...deadLetterReader(db, maxTimeMs),
    async redrive(command) {
      const { ratePerSecond: perSecond, ...checked } = checkRedrive(command)
      const pace = { step: Math.min(MAX_STEP, Math.max(1, Math.floor(perSecond / STEPS_A_SECOND))), perSecond }
      const step = (candidates: readonly Candidate[]) =>
        redriveStep(candidates, { collection, sender, maxTimeMs, by: checked.by })
      return await run(checked, { ...common, redrive: true, pace, step })
    },
    async discard(command) {
      const checked = checkDiscard(command)
      const pace = { step: DISCARDS_IN_A_STEP, perSecond: Number.POSITIVE_INFINITY }
      const step = (candidates: readonly Candidate[]) => discardStep(candidates, collection, checked.by, maxTimeMs)
      return await run(checked, { ...common, redrive: false, pace, step })
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

interface Redriving {
  readonly collection: Collection<DeadLetterDocument>
  readonly sender: InboxSender
  readonly maxTimeMs: number
  readonly by: string
}

async function redriveStep(
  candidates: readonly Candidate[],
  { collection, sender, maxTimeMs, by }: Redriving,
): Promise<StepResult> {
  const claimed = await claim(collection, candidates, maxTimeMs)
  const sent = await sender.send(claimed.documents)
  await claimed.settle(sent, by)
  const mine = new Set(claimed.documents.map(({ _id }) => _id))
  const failed = sent.flatMap((one) => ('error' in one ? [one] : []))
  const isTooLarge = (error: unknown) => isHouseHelperError(error, 'MESSAGE_TOO_LARGE')
  return {
    changed: sent.length - failed.length,
    skipped: [
      ...candidates.filter(({ _id }) => !mine.has(_id)).map(({ _id }) => ({ id: _id, reason: 'busy' as const })),
      ...failed
        .filter(({ error }) => isTooLarge(error))
        .map(({ document }) => ({ id: document._id, reason: 'too-large' as const })),
    ],
    error: failed.find(({ error }) => !isTooLarge(error))?.error,
  }
}

async function discardStep(
  candidates: readonly Candidate[],
  collection: Collection<DeadLetterDocument>,
  by: string,
  maxTimeMS: number,
): Promise<StepResult> {
  const change = { to: 'discarded' as const, at: new Date(), by }
  const { modifiedCount } = await collection.updateMany(
    { _id: { $in: candidates.map(({ _id }) => _id) }, ...changeable(false) },
    { $set: { state: 'discarded' }, $push: { changes: { $each: [change], $slice: -MAX_CHANGES } } },
    { maxTimeMS },
  )
  return { changed: modifiedCount, skipped: [] }
}
