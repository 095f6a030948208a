import { randomBytes } from 'node:crypto'
import { observeGroups } from '@house-helper/consumer'
import {
  checkGroupId,
  createJudge,
  type Domain,
  isHouseHelperError,
  type Logger,
  type Transport,
  topicNames,
} from '@house-helper/events-core'
import type { Collection, Db } from 'mongodb'
import { collections } from '../collections.ts'
import { readRecorded } from '../coverage.ts'
import type { EventFilterInput } from '../filter/event-filter.ts'
import { formatFilter, resolveFilter } from '../filter/index.ts'
import { inboxPartitions } from '../outgoing-batches.ts'
import { commonVector, isBefore, type PositionVector, vectorIndex } from '../vectors/position-vector.ts'
import type { PlanDocument, ReplayTarget } from './document.ts'
import { type GroupPolicy, groupPolicy } from './policy.ts'
import { aboutField, checkPlanRequest, type PlanRequest, refused } from './request.ts'
import type { RecordReader } from './source.ts'
import { judgeEvents, survey } from './survey.ts'

/** What planning takes. */
export interface PlannerOptions {
  readonly db: Db
  readonly transport: Pick<Transport, 'admin' | 'topicPrefix'>
  readonly domains: readonly Domain[]
  readonly read: RecordReader
  readonly plans: Collection<PlanDocument>
  readonly logger: Logger
  /** How long counting may take, in milliseconds. */
  readonly countTimeoutMs: number
  /** How long events are judged by the contracts, in milliseconds; then the plan says of how many. */
  readonly judgeMs: number
  /** How long a plan can be run, in milliseconds. */
  readonly planExpiryMs: number
  readonly signal: AbortSignal
}

/** Makes a plan and stores it. */
export async function makePlan(request: PlanRequest, options: PlannerOptions): Promise<PlanDocument> {
  const { db, read, domains, plans, planExpiryMs, judgeMs, signal, countTimeoutMs } = options
  const checked = checkPlanRequest(request)
  const filter = await filterOf(checked.filter)
  const targets = await targetsOf(checked, options.transport)
  const bounds = await boundsOf(checked, db, countTimeoutMs)
  const found = await survey(collections(db).records, filter, bounds, countTimeoutMs)
  const text = formatFilter(filter)
  const selection = { filter: text, from: found.from, until: found.until }
  const judgement = await judgeEvents(read, selection, { judge: createJudge(domains), budgetMs: judgeMs, signal })
  const groups = await policiesOf(
    checked.groups,
    found.types.map(({ type }) => type),
    options,
  )
  const now = Date.now()
  const plan: PlanDocument = {
    _id: randomBytes(12).toString('hex'),
    createdAt: new Date(now),
    expiresAt: new Date(now + planExpiryMs),
    ...{ by: checked.by, filter: text, targets, sandbox: checked.sandbox !== undefined },
    ...{ ratePerSecond: checked.ratePerSecond, ...found, ...judgement, groups },
  }
  await plans.insertOne(plan, { maxTimeMS: countTimeoutMs })
  return plan
}

type Checked = ReturnType<typeof checkPlanRequest>

async function filterOf(given: Checked['filter']): Promise<ReturnType<typeof resolveFilter>> {
  const filter = await aboutField(['filter'], ['LOG_FILTER_INVALID'], () =>
    resolveFilter(given as string | EventFilterInput, { now: new Date() }),
  )
  if (Object.keys(filter).length === 0) {
    throw refused([{ path: ['filter'], message: 'must have a field; since:1970-01-01T00:00:00Z means every event.' }])
  }
  if (filter.status !== undefined) {
    throw refused([{ path: ['filter'], message: 'must not have status: dead letters are redriven, not replayed.' }])
  }
  return filter
}

/** Whom a plan is for; refused where a topic is missing. */
async function targetsOf(
  { groups, sandbox }: Checked,
  transport: PlannerOptions['transport'],
): Promise<ReplayTarget[]> {
  const { inbox, sandbox: sandboxTopic } = topicNames(transport.topicPrefix)
  for (const [index, group] of groups.entries()) {
    await aboutField(['groups', index], ['GROUP_ID_INVALID'], () => checkGroupId(group))
  }
  if (sandbox !== undefined) {
    const topic = sandboxTopic(sandbox)
    const [found] = await transport.admin.describeTopics([topic])
    if (found === undefined) {
      const message = `${topic} does not exist: hh-events topics apply --sandbox ${sandbox} creates it.`
      throw refused([{ path: ['sandbox'], message }])
    }
    return [{ group: groups[0] ?? SANDBOX_GROUP, topic }]
  }
  return await Promise.all(
    groups.map(async (group, index) => {
      await aboutField(['groups', index], ['TOPIC_MISSING'], () => inboxPartitions(transport, inbox(group), group))
      return { group, topic: inbox(group) }
    }),
  )
}

/** Whom deliveries in a sandbox are addressed to where no group is named. */
const SANDBOX_GROUP = 'sandbox'

async function boundsOf(
  { from, until }: Pick<PlanRequest, 'from' | 'until'>,
  db: Db,
  maxTimeMs: number,
): Promise<{ from: PositionVector; until: PositionVector }> {
  const recorded = await readRecorded(collections(db), maxTimeMs)
  const index = vectorIndex(recorded)
  for (const [name, vector] of Object.entries({ from, until })) {
    for (const [at, position] of (vector ?? []).entries()) {
      const end = index.positionOf(position)
      if (end !== undefined && !isBefore(end, position)) continue
      const message = `${position.topic}/${position.partition} is not recorded that far: GET /api/v1/coverage says how far.`
      throw refused([{ path: [name, at], message }])
    }
  }
  return { from: from ?? [], until: until === undefined ? recorded : commonVector(until, recorded) }
}

async function policiesOf(
  groups: readonly string[],
  types: readonly string[],
  { transport, logger }: PlannerOptions,
): Promise<GroupPolicy[]> {
  if (groups.length === 0) return []
  try {
    const observed = await observeGroups(transport, { groupIds: groups })
    return groups.map((group) =>
      groupPolicy(
        group,
        types,
        observed.groups.find(({ groupId }) => groupId === group),
      ),
    )
  } catch (error) {
    if (!isHouseHelperError(error)) throw error
    // The plan says `unknown`; that alone is no reason to have none.
    logger.warn({ err: error }, 'The groups of a replay plan could not be asked what they announce')
    return groups.map((group) => groupPolicy(group, types, undefined))
  }
}
