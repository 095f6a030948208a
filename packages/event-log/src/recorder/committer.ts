import type { Position, Receiver } from '@house-helper/events-core'
import { isHouseHelperError } from '@house-helper/events-core'

/** Commits to Kafka what the ledger has: for those who watch the group's lag. Nothing is lost when it fails. */
export interface Committer {
  /** Something new is in the ledger: commits within the interval. */
  touch(): void
  /** Commits now what is not committed yet. Resolves also when it fails; the failure is reported. */
  commit(): Promise<void>
  close(): void
}

/** What a committer works with. */
export interface CommitterParts {
  readonly receiver: Pick<Receiver, 'commit'>
  readonly intervalMs: number
  /** What the ledger has of the partitions that are assigned now. */
  positions(): readonly Position[]
  failed(error: unknown): void
  succeeded(): void
}

/** Makes a committer; it has one commit in flight, and a timer only while there is something to commit. */
export function createCommitter({ receiver, intervalMs, positions, failed, succeeded }: CommitterParts): Committer {
  const committed = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let inFlight: Promise<void> | undefined
  let closed = false
  const pending = () => positions().filter((position) => committed.get(keyOf(position)) !== position.offset)
  const attempt = async () => {
    const wanted = pending()
    if (wanted.length === 0) return
    try {
      await receiver.commit(wanted.map((position) => ({ ...position, metadata: '' })))
      for (const position of wanted) committed.set(keyOf(position), position.offset)
      succeeded()
    } catch (error) {
      // A partition that is on its way to another member: the next assignment settles it.
      if (!isHouseHelperError(error, 'NOT_OWNED')) failed(error)
    }
  }
  const commit = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    // What was recorded since a commit went out is not in it.
    while (inFlight !== undefined) await inFlight
    inFlight = attempt().finally(() => {
      inFlight = undefined
    })
    await inFlight
  }
  const touch = () => {
    if (closed) return
    timer ??= setTimeout(async () => {
      await commit()
      if (pending().length > 0) touch()
    }, intervalMs)
  }
  return {
    touch,
    commit,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

function keyOf({ topic, partition }: Position): string {
  return `${topic}/${partition}`
}
