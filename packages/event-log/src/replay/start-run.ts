import type { Collection } from 'mongodb'
import { LogError } from '../errors.ts'
import { readDocuments } from '../pages.ts'
import { type PlanDocument, planSchema, type RunDocument } from './document.ts'
import { type ReplayPlan, replayPlan } from './replay.ts'
import { checkRunRequest, type RunRequest, refused, requestHash, runIdOf } from './request.ts'
import type { Runs } from './runs.ts'

/** Finds a plan, also one that has expired. */
export async function findPlan(
  plans: Collection<PlanDocument>,
  id: string,
  maxTimeMS: number,
): Promise<ReplayPlan | undefined> {
  const [found] = await readDocuments(plans.find({ _id: { $eq: id } }, { maxTimeMS }))
  if (found === undefined) return undefined
  const result = planSchema.safeParse(found)
  if (result.success) return replayPlan(result.data)
  throw new LogError('LOG_DOCUMENT_INVALID', `The document ${JSON.stringify(id)} in replayPlans was altered.`, {
    details: { collection: 'replayPlans', id },
  })
}

/** What starting a run takes. */
export interface Starting {
  readonly runs: Runs
  readonly plans: Collection<PlanDocument>
  readonly maxTimeMs: number
}

/** Makes a run of a plan, or finds the one that its key has made before. */
export async function startRun(
  request: RunRequest,
  key: string,
  { runs, plans, maxTimeMs }: Starting,
): Promise<RunDocument> {
  const _id = runIdOf(key)
  const { planId, by, ratePerSecond } = checkRunRequest(request)
  const hash = requestHash({ planId, ratePerSecond })
  // The plan may have expired since the key was first used.
  const known = await runs.find(_id)
  const run = known ?? (await runs.insert(await newRun(_id, hash, { planId, by, ratePerSecond }, { plans, maxTimeMs })))
  if (run.requestHash === hash) return run
  throw new LogError('LOG_REPLAY_CONFLICT', 'The Idempotency-Key was used before, for another plan or rate.', {
    details: { id: _id },
  })
}

async function newRun(
  _id: string,
  hash: string,
  { planId, by, ratePerSecond }: ReturnType<typeof checkRunRequest>,
  { plans, maxTimeMs }: Omit<Starting, 'runs'>,
): Promise<RunDocument> {
  const plan = await findPlan(plans, planId, maxTimeMs)
  const issue = (message: string) => refused([{ path: ['planId'], message }])
  if (plan === undefined) throw issue('There is no such plan: POST /api/v1/replay-plans makes one.')
  const now = new Date()
  if (plan.expiresAt <= now) throw issue(`The plan has expired at ${plan.expiresAt.toISOString()}: make it again.`)
  const { filter, from, until, targets, count } = plan
  return {
    ...{ _id, requestHash: hash, planId, filter, from, until, targets, total: count, by, state: 'planned', fence: 0 },
    ratePerSecond: ratePerSecond ?? plan.ratePerSecond,
    checkpoint: { position: from, sent: 0 },
    ...{ perSecond: 0, createdAt: now, updatedAt: now, changes: [{ to: 'planned', at: now, by }] },
  }
}
