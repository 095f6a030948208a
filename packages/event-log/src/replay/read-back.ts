import { decodeDelivery, type FetchedMessage, type Position, type Transport } from '@house-helper/events-core'
import type { Progress } from './positions.ts'
import type { SourceRecord } from './source.ts'

/** What a run has sent from its checkpoint on, as the topics themselves show. */
export interface SentBefore {
  /** Whether this event lies in this topic already; each is asked for once. */
  take(topic: string, record: SourceRecord): boolean
  /** How many were found that nobody has asked for yet. */
  readonly size: number
  /** Forgets those: nobody will ask for them. */
  clear(): void
  /** Where the reading back ended. */
  readonly ends: readonly Position[]
}

/** Nothing was sent before. */
export function nothingSent(ends: readonly Position[]): SentBefore {
  return { take: () => false, size: 0, clear: () => {}, ends }
}

const READ_TIMEOUT_MS = 10_000

/**
 * Reads topics back from a checkpoint to their ends, and finds what a run has put there: so a run that was killed goes on
 * without sending anything twice but what was on its way at that moment.
 */
export async function readBack(
  transport: Pick<Transport, 'admin' | 'read'>,
  { runId, back, from }: { readonly runId: string; readonly back: readonly Position[]; readonly from: Progress },
  signal: AbortSignal,
): Promise<SentBefore> {
  const ranges = await transport.admin.ranges([...new Set(back.map(({ topic }) => topic))])
  const found = new Set<string>()
  const ends = await Promise.all(
    back.map(async (mark) => {
      const range = ranges.find(({ topic, partition }) => topic === mark.topic && partition === mark.partition)
      const end = { ...mark, offset: range?.high ?? mark.offset }
      await eachMessage(transport, mark, end.offset, signal, (message) => {
        const decoded = decodeDelivery(message)
        if (!decoded.ok || decoded.note.replayRunId !== runId) return
        const { origin } = decoded.note
        if (from.isAhead(origin)) found.add(nameOf(mark.topic, origin))
      })
      return end
    }),
  )
  return {
    take: (topic, { brokerTime, ...place }) =>
      found.size > 0 && found.delete(nameOf(topic, { ...place, timestampMs: brokerTime.getTime() })),
    get size() {
      return found.size
    },
    clear: () => found.clear(),
    ends,
  }
}

async function eachMessage(
  { read }: Pick<Transport, 'read'>,
  from: Position,
  endOffset: number,
  signal: AbortSignal,
  visit: (message: FetchedMessage) => void,
): Promise<void> {
  for (let { offset } = from; offset < endOffset; ) {
    signal.throwIfAborted()
    const messages = await read({ ...from, offset }, { timeoutMs: READ_TIMEOUT_MS })
    const last = messages.at(-1)
    if (last === undefined) return
    for (const message of messages) visit(message)
    offset = last.offset + 1
  }
}

/** The time tells an event from another one at the same position, after Kafka was made anew. */
function nameOf(
  target: string,
  { topic, partition, offset, timestampMs }: Position & { readonly timestampMs: number },
): string {
  return `${target} ${topic}/${partition}/${offset} ${timestampMs}`
}
