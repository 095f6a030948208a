import { type ClientSession, type Collection, MongoErrorLabel } from 'mongodb'
import type { LaneDocument } from './collections.ts'
import { isDuplicateKey } from './mongo-failure.ts'

// The server's clock, so that keys share one scale; but always past the key's last order, whatever that clock does.
const following = { $max: [{ $add: [{ $ifNull: ['$order', 0] }, 1] }, { $toLong: '$$NOW' }] }

/**
 * Gives the next entry of a lane its order, within the transaction.
 *
 * The lane's document is what makes the order that of commits: whoever writes it second, before the first has committed,
 * meets a write conflict and starts over. Ids and clocks are given before the commit and say nothing of its order.
 */
export async function nextOrder(
  lanes: Collection<LaneDocument>,
  lane: string,
  session: ClientSession,
): Promise<number> {
  try {
    const options = { upsert: true, returnDocument: 'after', session } as const
    const found = await lanes.findOneAndUpdate({ _id: lane }, [{ $set: { order: following } }], options)
    if (found === null) throw new Error(`The lane ${lane} was not written.`)
    return found.order
  } catch (error) {
    // Two transactions made the lane at the same time: a conflict like any other, which the driver has to know.
    if (isDuplicateKey(error)) error.addErrorLabel(MongoErrorLabel.TransientTransactionError)
    throw error
  }
}
