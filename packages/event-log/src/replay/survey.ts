import { type createJudge, decodeEnvelope } from '@house-helper/events-core'
import type { Collection, Document } from 'mongodb'
import { z } from 'zod'
import type { RecordDocument } from '../documents.ts'
import type { EventFilter } from '../filter/event-filter.ts'
import { readDocuments } from '../pages.ts'
import { recordConditions } from '../queries/record-conditions.ts'
import { type PartitionPosition, type PositionVector, sortedVector } from '../vectors/position-vector.ts'
import type { PlanDocument } from './document.ts'
import { type RecordReader, readForReplay } from './source.ts'

/** What a replay would send. */
export type Survey = Pick<PlanDocument, 'from' | 'until' | 'count' | 'bytes' | 'types' | 'first' | 'last'>

const groupSchema = z.object({
  _id: z.object({
    topic: z.string(),
    partition: z.number(),
    generation: z.number(),
    type: z.string(),
  }),
  count: z.number(),
  bytes: z.number(),
  min: z.number(),
  max: z.number(),
  first: z.date(),
  last: z.date(),
})

/**
 * Counts what lies between two vectors and matches, and narrows the vectors to it: the bounds of a plan are exact, so
 * that what is recorded later is not in it, and nothing is searched where nothing matches.
 */
export async function survey(
  records: Collection<RecordDocument>,
  filter: EventFilter,
  bounds: { readonly from: PositionVector; readonly until: PositionVector },
  maxTimeMS: number,
): Promise<Survey> {
  if (bounds.until.length === 0) return { from: [], until: [], count: 0, bytes: 0, types: [] }
  const within = { $or: bounds.until.map((end) => partitionCondition(end, bounds.from)) }
  const found = records.aggregate(
    [
      { $match: { $and: [within, ...recordConditions(filter)] } },
      {
        $group: {
          _id: { topic: '$topic', partition: '$partition', generation: '$generation', type: '$type' },
          count: { $sum: 1 },
          bytes: { $sum: { $binarySize: '$value' } },
          min: { $min: '$offset' },
          max: { $max: '$offset' },
          first: { $min: '$time' },
          last: { $max: '$time' },
        },
      },
    ],
    { maxTimeMS, allowDiskUse: true },
  )
  const groups = (await readDocuments(found)).map((document) => groupSchema.parse(document))
  const times = groups.flatMap(({ first, last }) => [first, last]).sort((a, b) => a.getTime() - b.getTime())
  return {
    ...narrowed(groups),
    count: groups.reduce((sum, { count }) => sum + count, 0),
    bytes: groups.reduce((sum, { bytes }) => sum + bytes, 0),
    types: typesOf(groups),
    first: times[0],
    last: times.at(-1),
  }
}

type Group = z.infer<typeof groupSchema>

function partitionCondition(end: PartitionPosition, from: PositionVector): Document {
  const { topic, partition, generation, offset } = end
  const start = from.find((one) => one.topic === topic && one.partition === partition)
  const before = { $or: [{ generation: { $lt: generation } }, { generation, offset: { $lt: offset } }] }
  const after = start && {
    $or: [{ generation: { $gt: start.generation } }, { generation: start.generation, offset: { $gte: start.offset } }],
  }
  return { topic: { $eq: topic }, partition, $and: [before, ...(after === undefined ? [] : [after])] }
}

function narrowed(groups: readonly Group[]): { from: PartitionPosition[]; until: PartitionPosition[] } {
  const ends = groups.map(({ _id: { type: _, ...place }, max }) => ({ ...place, offset: max + 1 }))
  const until = [...sortedVector(ends)]
  const from = until.map(({ topic, partition }) => {
    const starts = groups
      .filter(({ _id }) => _id.topic === topic && _id.partition === partition)
      .sort((a, b) => a._id.generation - b._id.generation || a.min - b.min)
    const [first] = starts
    return { topic, partition, generation: first?._id.generation ?? 1, offset: first?.min ?? 0 }
  })
  return { from, until }
}

function typesOf(groups: readonly Group[]): Survey['types'] {
  const counts = new Map<string, number>()
  for (const { _id, count } of groups) counts.set(_id.type, (counts.get(_id.type) ?? 0) + count)
  return [...counts]
    .map(([type, count]) => ({ type, count }))
    .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1))
}

/** What today's contracts think of the events of a plan, and what the first ones are. */
export type Judgement = Pick<PlanDocument, 'contract' | 'sample'>

const SAMPLE = 5
const EXAMPLES = 5
const MAX_ISSUES = 3
const verdictNames = {
  ok: 'ok',
  broken: 'broken',
  'unknown-type': 'unknownType',
  'unknown-version': 'unknownVersion',
} as const

/** Judges events by the contracts as they are now, which may not be those that they were recorded under. */
export async function judgeEvents(
  read: RecordReader,
  selection: Parameters<typeof readForReplay>[1],
  { judge, budgetMs, signal }: { judge: ReturnType<typeof createJudge>; budgetMs: number; signal: AbortSignal },
): Promise<Judgement> {
  const contract = { judged: 0, ok: 0, broken: 0, unknownType: 0, unknownVersion: 0 }
  const examples: Judgement['contract']['examples'] = []
  const sample: Judgement['sample'] = []
  const endMs = performance.now() + budgetMs
  for await (const { records } of readForReplay(read, selection, signal)) {
    for (const { id, type, subject, timestamp, topic, partition, offset, value } of records) {
      if (sample.length < SAMPLE)
        sample.push({ id, type, ...(subject === undefined ? {} : { subject }), timestamp, topic, partition, offset })
      const decoded = decodeEnvelope(value)
      if (!decoded.readable) continue
      const verdict = judge(decoded.envelope)
      contract.judged += 1
      contract[verdictNames[verdict.contract]] += 1
      if (verdict.contract !== 'broken' || examples.length >= EXAMPLES) continue
      examples.push({
        id,
        type,
        issues: verdict.issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({ path, message })),
      })
    }
    if (performance.now() > endMs) break
  }
  return { contract: { ...contract, examples }, sample }
}
