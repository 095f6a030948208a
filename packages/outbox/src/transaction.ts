import { setTimeout as delay } from 'node:timers/promises'
import { type ClientSession, type MongoClient, MongoError, MongoErrorLabel } from 'mongodb'

/** How long a transaction waits before it is done again, at most, in milliseconds. */
const LONGEST_PAUSE_MS = 500

/**
 * Runs work in a transaction and commits it, again from the start where MongoDB says that this may help, until the signal
 * aborts. Written with majority, read from a snapshot.
 *
 * Once the signal has aborted no commit is begun, the transaction is ended on the server whatever the work still does in
 * it, and this rejects as soon as the work has ended.
 */
export async function inTransaction<Result>(
  client: MongoClient,
  signal: AbortSignal,
  work: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  const session = client.startSession()
  const fence = createFence(client, session, signal)
  try {
    for (let runs = 1; ; runs += 1) {
      try {
        return await runOnce(session, signal, work)
      } catch (error) {
        await endTransaction(session)
        if (signal.aborted || !hasLabel(error, MongoErrorLabel.TransientTransactionError)) throw error
      }
      await delay(Math.min(LONGEST_PAUSE_MS, 5 * 2 ** runs) * (0.5 + Math.random() / 2), undefined, { signal })
    }
  } finally {
    await fence.remove()
    await session.endSession()
  }
}

async function runOnce<Result>(
  session: ClientSession,
  signal: AbortSignal,
  work: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted()
  session.startTransaction({
    readConcern: { level: 'snapshot' },
    writeConcern: { w: 'majority' },
    readPreference: 'primary',
  })
  const result = await work(session)
  signal.throwIfAborted()
  await commit(session, signal)
  return result
}

/** Commits; again where the outcome is unknown, which is safe: the same transaction commits once. */
async function commit(session: ClientSession, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction()
      return
    } catch (error) {
      if (signal.aborted || !hasLabel(error, MongoErrorLabel.UnknownTransactionCommitResult)) throw error
      await delay(50, undefined, { signal })
    }
  }
}

async function endTransaction(session: ClientSession): Promise<void> {
  if (session.inTransaction()) await session.abortTransaction()
}

/**
 * Ends the session's transaction on the server when the signal aborts. The driver's own abort would not do: what the work
 * wrote after it, with the same session, would be written outside of any transaction.
 */
function createFence(client: MongoClient, session: ClientSession, signal: AbortSignal): { remove(): Promise<void> } {
  let killing: Promise<unknown> | undefined
  const kill = (): void => {
    if (session.id === undefined) return
    // Where it fails, the server ends the transaction by itself after a minute, and it is not committed from here.
    killing = client
      .db('admin')
      .command({ killSessions: [session.id] }, { timeoutMS: 5000 })
      .catch(() => undefined)
  }
  signal.addEventListener('abort', kill, { once: true })
  return {
    async remove() {
      signal.removeEventListener('abort', kill)
      await killing
    },
  }
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label)
}
