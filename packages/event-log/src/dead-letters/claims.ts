import { randomUUID } from 'node:crypto'
import type { AnyBulkWriteOperation, Collection } from 'mongodb'
import { readDocuments } from '../pages.ts'
import { deadLetterDocument } from './dead-letter.ts'
import type { DeadLetterDocument } from './document.ts'
import type { Sent } from './inbox.ts'
import { redriveIdOf } from './inbox.ts'
import { type Candidate, changeable } from './selection.ts'
import { MAX_CHANGES } from './writer.ts'

/** How long a claim holds where whoever has it is killed. Longer than a step may take. */
const CLAIM_MS = 60_000

/** Dead letters that one step has to itself, so that two commands at the same time send each of them once. */
export interface Claim {
  /** Those that could be claimed, in order. */
  readonly documents: readonly DeadLetterDocument[]
  /** Marks what was sent as redriven, and gives up the claim on the rest. */
  settle(sent: readonly Sent[], by: string): Promise<void>
}

/** Claims dead letters, as far as they are still open and nobody else has them, by compare-and-set. */
export async function claim(
  collection: Collection<DeadLetterDocument>,
  candidates: readonly Candidate[],
  maxTimeMS: number,
): Promise<Claim> {
  const token = randomUUID()
  const wanted = { _id: { $in: candidates.map(({ _id }) => _id) } }
  const until = new Date(Date.now() + CLAIM_MS)
  // With the count as it is now: the group may give up again before the claim is settled.
  const held = { token: { $literal: token }, until: { $literal: until }, count: '$count' }
  await collection.updateMany({ ...wanted, ...changeable(true) }, [{ $set: { claim: held } }], { maxTimeMS })
  const mine = { ...wanted, 'claim.token': token }
  const found = collection.find(mine, { maxTimeMS }).sort({ time: 1, offset: 1, _id: 1 })
  return {
    documents: (await readDocuments(found)).map(deadLetterDocument),
    async settle(sent, by) {
      const settled = sent.flatMap((one) => ('place' in one ? [redriven(one, token, by)] : []))
      if (settled.length > 0) await collection.bulkWrite(settled, { ordered: false, maxTimeMS })
      await collection.updateMany(mine, { $unset: { claim: '' } }, { maxTimeMS })
    },
  }
}

type SentPlace = Extract<Sent, { place: unknown }>

/** The group may have failed again already, and its new dead letter be counted: then it stays open. */
function redriven(
  { document, place }: SentPlace,
  token: string,
  by: string,
): AnyBulkWriteOperation<DeadLetterDocument> {
  const change = { to: 'redriven', at: new Date(), by, redriveId: redriveIdOf(document), inbox: place }
  const state = { $cond: [{ $eq: ['$count', '$claim.count'] }, 'redriven', '$state'] }
  const changes = { $slice: [{ $concatArrays: ['$changes', [{ $literal: change }]] }, -MAX_CHANGES] }
  return {
    updateOne: {
      filter: { _id: document._id, 'claim.token': token },
      update: [{ $set: { state, changes } }, { $unset: 'claim' }],
    },
  }
}
