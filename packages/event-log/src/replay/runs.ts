import type { Collection, Document, Filter } from 'mongodb'
import { LogError } from '../errors.ts'
import { readDocuments } from '../pages.ts'
import { type Checkpoint, type ReplayReason, type ReplayState, type RunDocument, runSchema } from './document.ts'

/** A run in the hands of one logger. */
export interface RunLease {
  readonly run: RunDocument
  readonly fence: number
  /** Until when nobody else can have taken it, by the clock of `performance.now()`. */
  readonly untilMs: number
}

/** What a logger that has a run in hand knows of it. */
export interface Snapshot {
  readonly checkpoint: Checkpoint
  readonly perSecond: number
  /** Why it does not get on now. */
  readonly reason?: ReplayReason | undefined
}

/** A change of state that somebody asks for. */
export interface StateChange {
  readonly from: readonly ReplayState[]
  readonly to: ReplayState
  readonly by: string
  readonly reason?: ReplayReason | undefined
}

/** The runs of a database, changed by compare-and-set only. */
export interface Runs {
  /** Writes a new run down; the one that has its id already where there is one. */
  insert(run: RunDocument): Promise<RunDocument>
  find(id: string): Promise<RunDocument | undefined>
  /** The newest runs. */
  newest(limit: number): Promise<readonly RunDocument[]>
  /** Changes the state where it is one of those that it may come from; undefined where it isn't. */
  change(id: string, change: StateChange): Promise<RunDocument | undefined>
  /** Runs that are to be sent and that nobody has in hand, oldest first. */
  waiting(limit: number): Promise<readonly string[]>
  /** Takes a run in hand; undefined where somebody else has it, or it is not to be sent any more. */
  take(id: string): Promise<RunLease | undefined>
  /** Writes down how far it is and renews the lease; undefined where the run was taken, paused or ended meanwhile. */
  beat(lease: RunLease, snapshot: Snapshot): Promise<RunLease | undefined>
  /** Ends the work on a run, whatever its state is now, unless somebody else has taken it. */
  release(lease: RunLease, snapshot: Snapshot, end?: Omit<StateChange, 'from' | 'by'>): Promise<void>
}

/** What runs are made with. */
export interface RunsOptions {
  readonly collection: Collection<RunDocument>
  /** Names this logger in what it has in hand. */
  readonly holder: string
  readonly leaseMs: number
  readonly maxTimeMs: number
}

const MAX_CHANGES = 50
const toSend: readonly ReplayState[] = ['planned', 'running']

/** By the server's clock, so that the clocks of the loggers don't matter. */
const free: Filter<RunDocument> = {
  $expr: { $or: [{ $eq: [{ $type: '$lease' }, 'missing'] }, { $lte: ['$lease.until', '$$NOW'] }] },
}

/** Keeps the runs of a database. */
export function createRuns({ collection, holder, leaseMs, maxTimeMs }: RunsOptions): Runs {
  // The client's own deadline: a connection that swallows what is sent must not hold a run for ever.
  const options = { timeoutMS: maxTimeMs }
  const update = async (filter: Filter<RunDocument>, pipeline: Document[]): Promise<RunDocument | undefined> => {
    const found = await collection.findOneAndUpdate(filter, pipeline, { ...options, returnDocument: 'after' })
    return found === null ? undefined : runDocument(found)
  }
  const leased = { holder: { $literal: holder }, until: { $add: ['$$NOW', leaseMs] } }
  const held = ({ run, fence }: RunLease): Filter<RunDocument> => ({ _id: run._id, fence })
  return {
    async insert(run) {
      const found = await collection.findOneAndUpdate(
        { _id: run._id },
        { $setOnInsert: withoutId(run) },
        { ...options, upsert: true, returnDocument: 'after' },
      )
      return runDocument(found)
    },
    async find(id) {
      const [found] = await readDocuments(collection.find({ _id: { $eq: id } }, options))
      return found === undefined ? undefined : runDocument(found)
    },
    newest: async (limit) =>
      (await readDocuments(collection.find({}, options).sort({ createdAt: -1, _id: -1 }).limit(limit))).map(
        runDocument,
      ),
    change: (id, { from, ...change }) =>
      update({ _id: { $eq: id }, state: { $in: [...from] } }, [
        { $set: { ...changed(change), updatedAt: '$$NOW' } },
        ...reasonOf(change.reason),
      ]),
    async waiting(limit) {
      const found = collection.find({ state: { $in: [...toSend] }, ...free }, { ...options, projection: { _id: 1 } })
      return (await readDocuments(found.sort({ createdAt: 1 }).limit(limit))).map(({ _id }) => String(_id))
    },
    async take(id) {
      // From before it is asked for: so it ends here before it ends on the server.
      const untilMs = performance.now() + leaseMs
      const taken = { lease: leased, fence: { $add: ['$fence', 1] }, updatedAt: '$$NOW' }
      const started = { state: 'running', startedAt: { $ifNull: ['$startedAt', '$$NOW'] } }
      const changes = { $cond: [{ $eq: ['$state', 'planned'] }, pushed({ to: 'running', by: holder }), '$changes'] }
      const run = await update({ _id: { $eq: id }, state: { $in: [...toSend] }, ...free }, [
        { $set: { ...taken, ...started, changes } },
      ])
      return run && { run, fence: run.fence, untilMs }
    },
    async beat(lease, snapshot) {
      const untilMs = performance.now() + leaseMs
      const run = await update({ ...held(lease), state: 'running' }, [
        { $set: { ...fieldsOf(snapshot), lease: leased } },
        ...reasonOf(snapshot.reason),
      ])
      return run && { ...lease, untilMs }
    },
    async release(lease, snapshot, end) {
      const running = { $eq: ['$state', 'running'] }
      // Somebody may have paused or cancelled it meanwhile: that stays.
      const fields = end === undefined ? {} : changed({ ...end, by: holder })
      const ended = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, { $cond: [running, value, `$${name}`] }]),
      )
      const reason = end === undefined ? snapshot.reason : end.reason
      const told = { $cond: [running, reason === undefined ? '$$REMOVE' : { $literal: reason }, '$reason'] }
      await update(held(lease), [{ $set: { ...fieldsOf(snapshot), ...ended, reason: told } }, { $unset: ['lease'] }])
    },
  }
}

function fieldsOf({ checkpoint, perSecond }: Snapshot): Document {
  return { checkpoint: { $literal: checkpoint }, perSecond, updatedAt: '$$NOW' }
}

function changed({ to, by, reason }: Omit<StateChange, 'from'>): Document {
  const isEnd = to === 'done' || to === 'cancelled' || to === 'failed'
  return { state: to, changes: pushed({ to, by, reason }), endedAt: isEnd ? '$$NOW' : '$$REMOVE' }
}

function pushed({ to, by, reason }: Omit<StateChange, 'from'>): Document {
  const change = {
    to,
    at: '$$NOW',
    by: { $literal: by },
    ...(reason === undefined ? {} : { reason: { $literal: reason } }),
  }
  return { $slice: [{ $concatArrays: ['$changes', [change]] }, -MAX_CHANGES] }
}

function reasonOf(reason: ReplayReason | undefined): Document[] {
  return reason === undefined ? [{ $unset: ['reason'] }] : [{ $set: { reason: { $literal: reason } } }]
}

function withoutId({ _id: _, ...rest }: RunDocument): Omit<RunDocument, '_id'> {
  return rest
}

function runDocument(document: unknown): RunDocument {
  const result = runSchema.safeParse(document)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const id = (document as { _id?: unknown } | null)?._id
  throw new LogError(
    'LOG_DOCUMENT_INVALID',
    `The document ${JSON.stringify(id)} in replays was not written by an event logger, or was altered: ${issue?.path.join('.')} ${issue?.message}.`,
    { details: { collection: 'replays', id } },
  )
}
