import { type Db, type Document, MongoServerError } from 'mongodb'
import { z } from 'zod'
import { DURABLE } from './collections.ts'
import { isRefusal, isServerState } from './mongo-errors.ts'

/** What became of documents that were to be inserted, by their index. */
export interface Inserted {
  /** Another document has the `_id` already. */
  readonly duplicates: readonly number[]
  /** MongoDB, or the driver, refuses the document itself. */
  readonly refused: readonly number[]
}

/** Writes and reads with a deadline each; one attempt, majority and journal. */
export interface Store {
  /** Inserts documents in any order; a bad one doesn't keep the others out. Rejects where the server is at fault. */
  insert(collection: string, documents: readonly Document[]): Promise<Inserted>
  /** Replaces the one document that the filter finds; false when there is none. */
  replace(collection: string, filter: Document, document: Document): Promise<boolean>
  /** Reads documents, as buffers and not as Binary; up to 16 MiB and `limit` of them. */
  find(collection: string, filter: Document, options: { projection?: Document; limit: number }): Promise<Document[]>
}

const writeErrorSchema = z.object({ index: z.number().int(), code: z.number().int() })
const replySchema = z.object({
  n: z.number().int(),
  writeErrors: z.array(writeErrorSchema).default([]),
  writeConcernError: z.object({ code: z.number() }).loose().optional(),
})
const cursorSchema = z.object({ cursor: z.object({ firstBatch: z.array(z.custom<Document>()) }) })

const DUPLICATE_KEY = 11000

/** Makes a store on a database. */
export function createStore(db: Db, operationTimeoutMs: number): Store {
  // Commands of our own rather than insertMany: it sizes each document before it serializes it, and its errors quote them.
  const run = async (command: Document): Promise<Document> =>
    db.command(
      { ...command, maxTimeMS: operationTimeoutMs },
      // Longer than the server's own limit, so that its answer comes first where it can.
      { promoteBuffers: true, ignoreUndefined: true, signal: AbortSignal.timeout(operationTimeoutMs + 2_000) },
    )
  const write = async (command: Document) => {
    const reply = replySchema.parse(await run({ ...command, writeConcern: DURABLE }))
    const fault = reply.writeConcernError ?? reply.writeErrors.find(({ code }) => isServerState(code))
    if (fault !== undefined) throw new MongoServerError({ message: 'The write is not durable.', code: fault.code })
    return reply
  }
  return {
    insert: (collection, documents) =>
      insertSplitting(async (part) => {
        const reply = await write({ insert: collection, documents: part, ordered: false })
        return reply.writeErrors
      }, documents),
    async replace(collection, filter, document) {
      const { n, writeErrors } = await write({ update: collection, updates: [{ q: filter, u: document }] })
      if (writeErrors[0] !== undefined) {
        throw new MongoServerError({ message: 'The update was refused.', code: writeErrors[0].code })
      }
      return n === 1
    },
    async find(collection, filter, { projection, limit }) {
      const command = { find: collection, filter, projection, limit, batchSize: limit, singleBatch: true }
      return cursorSchema.parse(await run(command)).cursor.firstBatch
    },
  }
}

type WriteErrors = readonly z.infer<typeof writeErrorSchema>[]

/** Inserts; where all of a batch is refused, halves it until what is bad is alone. */
async function insertSplitting(
  insert: (part: readonly Document[]) => Promise<WriteErrors>,
  documents: readonly Document[],
): Promise<Inserted> {
  const duplicates: number[] = []
  const refused: number[] = []
  const parts = [{ from: 0, to: documents.length }]
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { from, to } = part
    if (from === to) continue
    try {
      for (const { index, code } of await insert(documents.slice(from, to))) {
        if (code === DUPLICATE_KEY) duplicates.push(from + index)
        else refused.push(from + index)
      }
    } catch (error) {
      if (!isRefusal(error)) throw error
      const middle = (from + to) >> 1
      if (to - from === 1) refused.push(from)
      // The first half is to be tried first: of two events with one id, the earlier becomes the record.
      else parts.push({ from: middle, to }, { from, to: middle })
    }
  }
  return { duplicates, refused }
}
