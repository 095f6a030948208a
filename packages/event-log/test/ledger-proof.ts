import { createHash } from 'node:crypto'
import type { FetchedMessage } from '@house-helper/events-core'
import { expect } from 'vitest'
import { type LedgerEntry, ledgerSchema, partitionSchema } from '../src/documents.ts'
import { type Stand, until } from './stand.ts'

/** The head over messages, written from the README's definition and not with the package's code. */
export function headOf(messages: readonly FetchedMessage[]): string {
  let head: Buffer = Buffer.alloc(32)
  const bytes = (value: Uint8Array | null) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(value === null ? 0xffffffff : value.length)
    return Buffer.concat([length, value ?? Buffer.alloc(0)])
  }
  const number = (value: number) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(value)
    return count
  }
  for (const { offset, key, headers, value } of messages) {
    const place = Buffer.alloc(8)
    place.writeBigUInt64BE(BigInt(offset))
    const named = headers.flatMap(([name, content]) => [bytes(Buffer.from(name)), bytes(content)])
    const parts = [head, place, bytes(key), number(headers.length), ...named, bytes(value)]
    head = createHash('sha256').update(Buffer.concat(parts)).digest()
  }
  return head.toString('hex')
}

/** The entries of a partition's generation, in order. */
export async function ledgerEntries(stand: Stand, partition = 0, generation = 1): Promise<LedgerEntry[]> {
  const entries = stand.db
    .collection('ledger')
    .find({ topic: stand.topic, partition, generation }, { promoteBuffers: true })
  const parsed = (await entries.toArray()).map((entry) => ledgerSchema.parse(entry))
  return parsed.sort((a, b) => a.from - b.from || a.to - b.to)
}

/**
 * Proves a partition's ledger: its entries follow one another without a hole and lead to the partition's state, their
 * heads are those of the messages in the topic, and every message is exactly once among records, repeats and quarantine.
 */
export async function proveLedger(stand: Stand, partition = 0): Promise<void> {
  await newestFiled(stand, partition)
  const found = await stand.db
    .collection<{ _id: string }>('partitions')
    .findOne({ _id: `${stand.topic}/${partition}` }, { promoteBuffers: true })
  const state = partitionSchema.parse(found)
  const messages = (await stand.read(partition)).filter(({ offset }) => offset < state.next)
  const entries = await ledgerEntries(stand, partition, state.generation)
  let next = 0
  for (const entry of entries) {
    expect(entry.from).toBe(next)
    next = entry.to
    const upTo = messages.filter(({ offset }) => offset < entry.to)
    expect(Buffer.from(entry.head).toString('hex')).toBe(headOf(upTo))
  }
  expect(next).toBe(state.next)
  expect(Buffer.from(state.head).toString('hex')).toBe(headOf(messages))
  await proveOffsets(stand, partition, state.generation, entries, messages)
}

/** Waits for what is filed last: the newest entry, which the state carries until then. */
async function newestFiled(stand: Stand, partition: number): Promise<void> {
  await until('the newest entry is filed', async () => {
    const state = await stand.db.collection('partitions').findOne({ topic: stand.topic, partition })
    return (await stand.db.collection('ledger').countDocuments({ _id: state?.entry._id })) === 1
  })
}

async function proveOffsets(
  stand: Stand,
  partition: number,
  generation: number,
  entries: readonly LedgerEntry[],
  messages: readonly FetchedMessage[],
): Promise<void> {
  const filter = { topic: stand.topic, partition, generation }
  const records = await stand.db.collection('records').find(filter).project({ offset: 1 }).toArray()
  const quarantine = await stand.db.collection('quarantine').find(filter).project({ offset: 1 }).toArray()
  const repeats = entries.flatMap((entry) => entry.repeats.map(({ offset }) => offset))
  const offsets = [...records, ...quarantine].map(({ offset }) => Number(offset))
  expect([...offsets, ...repeats].sort((a, b) => a - b)).toEqual(messages.map(({ offset }) => offset))
  const sum = (name: keyof LedgerEntry['counts']) => entries.reduce((total, entry) => total + entry.counts[name], 0)
  expect(sum('recorded')).toBe(records.length)
  expect(sum('repeats')).toBe(repeats.length)
  expect(sum('quarantined')).toBe(quarantine.length)
}
