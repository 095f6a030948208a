import { topicNames } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { collections } from '../collections.ts'
import { parseFilter } from '../filter/parse.ts'
import { readDocuments } from '../pages.ts'
import { recordConditions } from '../queries/record-conditions.ts'
import { runCollection } from '../replay/collections.ts'
import { type RunDocument, replayStates, runSchema } from '../replay/document.ts'
import { vectorIndex } from '../vectors/position-vector.ts'
import type { DeliveredRecord } from './delivered-record.ts'
import type { SentReplay } from './delivery.ts'

/** Runs that are looked at: replays are rare, and what an old one sent was handled long ago. */
const MAX_RUNS = 200

/** What replay runs have sent of a record to each group's inbox, the newest run first. */
export async function replaysOfEvent(
  db: Db,
  topicPrefix: string,
  record: DeliveredRecord,
  maxTimeMS: number,
): Promise<ReadonlyMap<string, readonly SentReplay[]>> {
  const { inbox } = topicNames(topicPrefix)
  const found = runCollection(db)
    .find({ state: { $in: [...replayStates] }, startedAt: { $exists: true } }, { maxTimeMS })
    .sort({ createdAt: -1 })
    .limit(MAX_RUNS)
  const runs = (await readDocuments(found)).map((document) => runSchema.parse(document))
  const passedIt = runs.filter((run) => hasPassed(run, record))
  const sent: { group: string; replay: SentReplay }[] = []
  for (const run of passedIt) {
    if (!(await matches(db, run, record, maxTimeMS))) continue
    for (const { group, topic } of run.targets) {
      const replay = { runId: run._id, startedAt: run.startedAt ?? run.createdAt }
      // What went to a sandbox, no group has received.
      if (topic === inbox(group)) sent.push({ group, replay })
    }
  }
  const byGroup = Map.groupBy(sent, ({ group }) => group)
  return new Map([...byGroup].map(([group, all]) => [group, all.map(({ replay }) => replay)]))
}

/** Whether a run has come past the record's place, and began before it. */
function hasPassed({ from, until, checkpoint }: RunDocument, record: DeliveredRecord): boolean {
  const isBehind = (vector: RunDocument['from']) => vectorIndex(vector).covers(record)
  return !isBehind(from) && isBehind(until) && isBehind(checkpoint.position)
}

async function matches(
  db: Db,
  { filter, createdAt }: RunDocument,
  { recordId }: DeliveredRecord,
  maxTimeMS: number,
): Promise<boolean> {
  // A run's filter has its times resolved.
  const conditions = recordConditions(parseFilter(filter, { now: createdAt }))
  const query = { $and: [{ _id: { $eq: recordId } }, ...conditions] }
  const found = collections(db).records.find(query, { maxTimeMS, projection: { _id: 1 } })
  return (await readDocuments(found.limit(1))).length > 0
}
