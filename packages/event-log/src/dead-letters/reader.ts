import type { Db, Document, FindCursor } from 'mongodb'
import { z } from 'zod'
import { type Page, readDocuments } from '../pages.ts'
import { checkId } from '../queries/query.ts'
import { deadLetterCollection } from './collections.ts'
import {
  type DeadLetter,
  type DeadLetterFailure,
  type DeadLetterSummary,
  deadLetter,
  deadLetterSummary,
  summaryProjection,
} from './dead-letter.ts'
import { deadLetterStates } from './document.ts'
import {
  beyond,
  checkDeadLetterGroupsQuery,
  checkDeadLetterQuery,
  type DeadLetterGroupsQuery,
  type DeadLetterQuery,
  mongoFilter,
  writePlace,
} from './query.ts'

/** The dead letters of one group that have the same fingerprint: probably one mistake. */
export interface DeadLetterGroup {
  readonly group: string
  readonly fingerprint: string
  readonly count: number
  /** When the group first gave up on any of them, and last. */
  readonly firstTime: Date
  readonly lastTime: Date
  /** Of the newest of them: its id, event type and last failure; undefined where it is not readable, or has just changed. */
  readonly exampleId: string | undefined
  readonly type: string | undefined
  readonly failure: DeadLetterFailure | undefined
}

/** How many dead letters of a group are open. */
export interface OpenDeadLetters {
  readonly group: string
  readonly open: number
}

/** Reads dead letters. */
export interface DeadLetterReader {
  /** Dead letters newest first by when their group first gave up, page by page; one that exists keeps its place. */
  list(query?: DeadLetterQuery): Promise<Page<DeadLetterSummary>>
  get(id: string): Promise<DeadLetter | undefined>
  /** Dead letters by group and fingerprint, the most frequent first. */
  groups(query?: DeadLetterGroupsQuery): Promise<readonly DeadLetterGroup[]>
  /** Groups with open dead letters, by name. */
  open(): Promise<readonly OpenDeadLetters[]>
}

const countSchema = z.object({
  _id: z.object({ group: z.string(), fingerprint: z.string() }),
  count: z.number(),
  firstTime: z.date(),
  lastTime: z.date(),
})
const openSchema = z.object({ _id: z.string(), open: z.number() })

/** Makes a reader; each query ends within `maxTimeMs`. */
export function deadLetterReader(db: Db, maxTimeMs: number): DeadLetterReader {
  const collection = deadLetterCollection(db)
  const options = { maxTimeMS: maxTimeMs }
  const aggregate = <Output>(pipeline: Document[], schema: z.ZodType<Output>) =>
    readDocuments(collection.aggregate<Document>(pipeline, options)).then((found) =>
      found.map((one) => schema.parse(one)),
    )
  return {
    async list(query = {}) {
      const { filters, limit, after } = checkDeadLetterQuery(query)
      const { state, ...filter } = filters
      const matching = mongoFilter(filter, state === undefined ? deadLetterStates : [state])
      const found: FindCursor<Document> = collection
        .find(after === undefined ? matching : { $and: [matching, beyond(after, 'newest-first')] }, options)
        .project(summaryProjection)
        .sort({ time: -1, offset: -1, _id: -1 })
        // One more than asked for says whether another page follows.
        .limit(limit + 1)
      const documents = await readDocuments(found)
      const items = documents.slice(0, limit).map(deadLetterSummary)
      const last = documents[items.length - 1] as Parameters<typeof writePlace>[0] | undefined
      const more = documents.length > limit && last !== undefined
      return { items, next: more ? writePlace(last, filters) : undefined }
    },
    async get(id) {
      const [found] = await readDocuments(collection.find({ _id: { $eq: checkId(id) } }, options).limit(1))
      return found && deadLetter(found)
    },
    async groups(query = {}) {
      const { group, state, limit } = checkDeadLetterGroupsQuery(query)
      const counted = await aggregate(
        [
          { $match: mongoFilter({ group }, [state]) },
          {
            $group: {
              _id: { group: '$group', fingerprint: '$fingerprint' },
              count: { $sum: 1 },
              firstTime: { $min: '$time' },
              lastTime: { $max: '$lastTime' },
            },
          },
          { $sort: { count: -1, lastTime: -1, _id: 1 } },
          { $limit: limit },
        ],
        countSchema,
      )
      return await Promise.all(
        counted.map(async ({ _id, ...counts }) => {
          const filter = { ...mongoFilter(_id, [state]) }
          const newest = collection.find(filter, options).project(summaryProjection).sort({ time: -1 }).limit(1)
          const example = (await readDocuments(newest)).map(deadLetterSummary)[0]
          return {
            ..._id,
            ...counts,
            exampleId: example?.id,
            type: example?.event?.type,
            failure: example?.note?.lastFailure,
          }
        }),
      )
    },
    async open() {
      const pipeline = [
        { $match: { state: 'open' } },
        { $group: { _id: '$group', open: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ]
      return (await aggregate(pipeline, openSchema)).map(({ _id, open }) => ({ group: _id, open }))
    },
  }
}
