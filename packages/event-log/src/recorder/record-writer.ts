import { comparableData } from '@house-helper/events-core'
import { z } from 'zod'
import type { RecordDocument } from '../documents.ts'
import { LogError } from '../errors.ts'
import type { Store } from '../store.ts'
import { equalJson } from './json-equality.ts'
import { type Generation, positionId } from './message-documents.ts'

/** What became of a record that was to be written. A record that was there already, from this very message, is `recorded`. */
export type RecordOutcome = 'recorded' | 'repeat' | 'conflict'

/** Writes records, each exactly once however often it is called; one outcome for each, in their order. */
export type RecordWriter = (place: Generation, records: readonly RecordDocument[]) => Promise<readonly RecordOutcome[]>

const placeSchema = z.object({
  _id: z.string(),
  topic: z.string(),
  partition: z.number(),
  offset: z.number(),
  generation: z.number(),
})
const statementSchema = z.object({
  _id: z.string(),
  type: z.string(),
  subject: z.string().optional(),
  userId: z.string().optional(),
  value: z.instanceof(Uint8Array),
})
type Statement = Pick<RecordDocument, 'type' | 'subject' | 'userId' | 'value'>

/** Makes a writer on a store. */
export function recordWriter(store: Store): RecordWriter {
  const write: RecordWriter = async (place, records) => {
    const outcomes = new Array<RecordOutcome>(records.length).fill('recorded')
    const { duplicates, refused } = await store.insert('records', records)
    const known = [...duplicates]
    for (const index of refused) {
      if (await isKnown(store, withoutView(recordAt(records, index)))) known.push(index)
    }
    const others = await strangers(store, records, known)
    const said = await statements(store, [...new Set(others.map((index) => recordAt(records, index)._id))])
    for (const index of others) {
      const record = recordAt(records, index)
      const first = said.get(record._id)
      if (first === undefined) {
        // Retention has removed the first one since: nothing has this id now.
        ;[outcomes[index] = 'recorded'] = await write(place, [record])
        continue
      }
      outcomes[index] = saysTheSame(first, record) ? 'repeat' : 'conflict'
      if (outcomes[index] === 'conflict') await writeConflict(store, place, record)
    }
    return outcomes
  }
  return write
}

/** Inserts one record; true when its id is taken. */
async function isKnown(store: Store, record: RecordDocument): Promise<boolean> {
  const { duplicates, refused } = await store.insert('records', [record])
  if (refused.length === 0) return duplicates.length > 0
  const { topic, partition, offset, value } = record
  throw new LogError(
    'LOG_MESSAGE_REFUSED',
    `MongoDB refuses the message at ${topic}/${partition}/${offset} (${value.length} bytes), even without its view. Set max.message.bytes of ${topic} to 15 MiB or less.`,
    { details: { topic, partition, offset } },
  )
}

function withoutView({ data: _, viewNote: __, ...record }: RecordDocument): RecordDocument {
  return { ...record, noView: record.noView ?? 'refused-by-mongodb' }
}

/** Those of the known records whose id was taken by another message than their own. */
async function strangers(store: Store, records: readonly RecordDocument[], known: readonly number[]) {
  if (known.length === 0) return []
  const ids = known.map((index) => recordAt(records, index)._id)
  const projection = { topic: 1, partition: 1, offset: 1, generation: 1 }
  const found = await store.find('records', { _id: { $in: ids } }, { projection, limit: ids.length })
  const places = new Map(found.map((document) => placeSchema.parse(document)).map((place) => [place._id, place]))
  return known.filter((index) => !samePlace(recordAt(records, index), places.get(recordAt(records, index)._id)))
}

type Place = Omit<z.infer<typeof placeSchema>, '_id'>

function samePlace(a: Place, b: Place | undefined): boolean {
  if (b === undefined) return false
  return a.topic === b.topic && a.partition === b.partition && a.offset === b.offset && a.generation === b.generation
}

/** How many values are read at once: with Kafka's usual limit of 1 MiB a message, some of them fill a reply. */
const STATEMENTS_AT_ONCE = 200

/** What the records with these ids say. */
async function statements(store: Store, ids: readonly string[]): Promise<Map<string, Statement>> {
  const said = new Map<string, Statement>()
  for (let from = 0; from < ids.length; from += STATEMENTS_AT_ONCE) {
    const wanted = ids.slice(from, from + STATEMENTS_AT_ONCE)
    // A reply ends at 16 MiB without saying so: what is missing is asked for again, and the first one always fits.
    for (
      let missing = wanted, found = 1;
      missing.length > 0 && found > 0;
      missing = wanted.filter((id) => !said.has(id))
    ) {
      const projection = { type: 1, subject: 1, userId: 1, value: 1 }
      const documents = await store.find('records', { _id: { $in: missing } }, { projection, limit: missing.length })
      found = documents.length
      for (const document of documents.map((document) => statementSchema.parse(document)))
        said.set(document._id, document)
    }
  }
  return said
}

/** Whether two events of one id are one event: type, subject, user and data are equal. */
function saysTheSame(a: Statement, b: Statement): boolean {
  if (Buffer.from(a.value.buffer, a.value.byteOffset, a.value.byteLength).equals(b.value)) return true
  if (a.type !== b.type || a.subject !== b.subject || a.userId !== b.userId) return false
  return equalJson(comparableData(a.value), comparableData(b.value))
}

/** Writes a conflict under an id made of its place; where even that is taken by another event's id, a number follows. */
async function writeConflict(store: Store, place: Generation, record: RecordDocument): Promise<void> {
  const id = `${record._id}@${positionId(place, record.offset)}`
  for (let number = 1; ; number++) {
    const conflict = { ...record, _id: number === 1 ? id : `${id}~~${number}`, eventId: record._id }
    const { duplicates, refused } = await store.insert('records', [conflict])
    const taken = refused.length > 0 ? await isKnown(store, withoutView(conflict)) : duplicates.length > 0
    if (!taken || (await strangers(store, [conflict], [0])).length === 0) return
  }
}

function recordAt(records: readonly RecordDocument[], index: number): RecordDocument {
  const record = records[index]
  if (record === undefined) throw new RangeError(`There is no record ${index} of ${records.length}.`)
  return record
}
