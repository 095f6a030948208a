import { randomUUID } from 'node:crypto'
import { type Domain, isHouseHelperError, type Logger, silentLogger, type Transport } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { LogError } from '../errors.ts'
import { createEventLog } from '../event-log.ts'
import { storeError } from '../mongo-errors.ts'
import { ensureReplayIndexes, planCollection, runCollection } from './collections.ts'
import type { ReplayState, RunDocument } from './document.ts'
import { makePlan } from './plan.ts'
import { type ReplayPlan, type ReplayRun, replayPlan, replayRun } from './replay.ts'
import type { PlanRequest, RunRequest } from './request.ts'
import { createRuns, type Runs } from './runs.ts'
import { findPlan, startRun } from './start-run.ts'
import { watchRun } from './watch-run.ts'
import { createWorker } from './worker.ts'

/** What {@link createReplays} takes. */
export interface ReplaysOptions {
  /** The log's database. Stays the caller's. */
  readonly db: Db
  /** What replays are sent with and read back with. Stays the caller's. */
  readonly transport: Pick<Transport, 'admin' | 'sender' | 'read' | 'partitioner' | 'topicPrefix'>
  /** The contracts that plans are judged by. */
  readonly domains: readonly Domain[]
  /** Default: nothing is logged. */
  readonly logger?: Logger
  /** How long one query may take, in milliseconds. Default 10,000. */
  readonly maxTimeMs?: number
  /** How long counting a plan may take, in milliseconds. Default 60,000. */
  readonly countTimeoutMs?: number
  /** How long a plan's events are judged by the contracts, in milliseconds. Default 5,000. */
  readonly judgeMs?: number
  /** How long a plan can be run, in milliseconds. Default a day. */
  readonly planExpiryMs?: number
  /** How long a run waits for its logger when that is killed, in milliseconds. Default 15,000. */
  readonly leaseMs?: number
  /** How often to look for runs to send, in milliseconds. Default 1,000. */
  readonly pollMs?: number
  /** Runs that are sent at the same time, at most. Default 4. */
  readonly maxRuns?: number
}

/** Who asks for a change, and why. */
export interface ChangeRequest {
  /** A claim: nobody logs in. Default `unknown`. */
  readonly by?: string | undefined
}

/**
 * Replays: sends recorded events again, exactly the bytes that were recorded, to groups that are named, and to nobody else.
 *
 * A run that is under way goes on by itself when its logger is killed: another one takes it, reads back what was sent
 * from the last checkpoint on and skips that. What was on its way at the kill may be sent twice; a receipt (`once`)
 * absorbs it. No two loggers send one run at the same time, unless one is held up between looking at its lease and
 * sending: then what it had in hand comes twice.
 */
export interface Replays extends AsyncDisposable {
  /** Pins what would be sent, and says all that is known about it. Sends nothing. Throws `LOG_REPLAY_REFUSED`. */
  plan(request: PlanRequest): Promise<ReplayPlan>
  getPlan(id: string): Promise<ReplayPlan | undefined>
  /**
   * Runs a plan. The same key gives the same run, however often it is asked for.
   *
   * @throws LogError `LOG_REPLAY_REFUSED`; `LOG_REPLAY_CONFLICT` where the key was used for another request.
   */
  run(request: RunRequest, key: string): Promise<ReplayRun>
  get(id: string): Promise<ReplayRun | undefined>
  /** The newest runs, at most `limit` of them (default 50). */
  list(options?: { readonly limit?: number }): Promise<readonly ReplayRun[]>
  /** A run as it is now, then whenever that has changed; ends with it. Empty where there is no such run. */
  watch(id: string, options?: { readonly signal?: AbortSignal; readonly intervalMs?: number }): AsyncIterable<ReplayRun>
  /** Holds a run up; what is on its way is still sent. Throws `LOG_REPLAY_CONFLICT` where it has ended. */
  pause(id: string, request?: ChangeRequest): Promise<ReplayRun | undefined>
  /** Goes on with a run that is paused, or that has failed for a reason that is mended. */
  resume(id: string, request?: ChangeRequest): Promise<ReplayRun | undefined>
  /** Ends a run for good. What was sent stays sent. */
  cancel(id: string, request?: ChangeRequest): Promise<ReplayRun | undefined>
  /** Begins to send runs: those that are asked for here, and those that other loggers have left. */
  start(): void
  /** Why runs cannot be sent now. */
  problem(): string | undefined
  /** Lets go of runs, so that other loggers go on with them. Resolves within the deadline; default 5,000. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>
}

const verbs = {
  pause: { from: ['planned', 'running'], to: 'paused' },
  resume: { from: ['paused', 'failed'], to: 'running' },
  cancel: { from: ['planned', 'running', 'paused', 'failed'], to: 'cancelled' },
} as const satisfies Record<string, { from: readonly ReplayState[]; to: ReplayState }>

/** Makes access to the replays of a log. It sends nothing before `start()`. */
export function createReplays(options: ReplaysOptions): Replays {
  const { db, logger = silentLogger, maxTimeMs = 10_000, leaseMs = 15_000, pollMs = 1_000, maxRuns = 4 } = options
  const { countTimeoutMs = 60_000, judgeMs = 5_000, planExpiryMs = 24 * 3_600_000, transport, domains } = options
  const runs = createRuns({ collection: runCollection(db), holder: randomUUID(), leaseMs, maxTimeMs })
  const plans = planCollection(db)
  const { read } = createEventLog(db, { maxTimeMs })
  // Longer than the server's own limit, so that its answer comes first where it can.
  const readTimeoutMs = maxTimeMs + 2_000
  const worker = createWorker({ runs, read, transport, logger, leaseMs, readTimeoutMs, pollMs, maxRuns })
  const closing = new AbortController()
  let indexes: Promise<void> | undefined
  const prepared = async (): Promise<void> => {
    indexes ??= ensureReplayIndexes(db)
    await indexes.catch((error: unknown) => {
      indexes = undefined
      throw error
    })
  }
  const change =
    (verb: keyof typeof verbs) =>
    async (id: string, { by = 'unknown' }: ChangeRequest = {}) => {
      const changed = await stored(() => changeRun(runs, id, verb, by))
      await worker.look(id)
      worker.wake()
      return changed && replayRun(changed)
    }
  const get = async (id: string) => {
    const found = await stored(() => runs.find(id))
    return found && replayRun(found)
  }
  const close = async ({ timeoutMs = 5_000 } = {}) => {
    closing.abort(new LogError('LOG_CLOSED', 'The replays are closed.'))
    await worker.close({ timeoutMs })
  }
  return {
    async plan(request) {
      const { signal } = closing
      const planner = { db, transport, domains, read, plans, logger, countTimeoutMs, judgeMs, planExpiryMs, signal }
      return await stored(async () => {
        await prepared()
        return replayPlan(await makePlan(request, planner))
      })
    },
    getPlan: (id) => stored(() => findPlan(plans, id, maxTimeMs)),
    run: (request, key) =>
      stored(async () => {
        await prepared()
        const run = await startRun(request, key, { runs, plans, maxTimeMs })
        worker.wake()
        return replayRun(run)
      }),
    get,
    list: async ({ limit = 50 } = {}) => (await stored(() => runs.newest(limit))).map(replayRun),
    watch: (id, { signal, intervalMs = 500 } = {}) =>
      watchRun(() => get(id), intervalMs, AbortSignal.any([closing.signal, ...(signal === undefined ? [] : [signal])])),
    pause: change('pause'),
    resume: change('resume'),
    cancel: change('cancel'),
    start: worker.start,
    problem: worker.problem,
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

async function changeRun(
  runs: Runs,
  id: string,
  verb: keyof typeof verbs,
  by: string,
): Promise<RunDocument | undefined> {
  const changed = await runs.change(id, { ...verbs[verb], by })
  if (changed !== undefined) return changed
  const found = await runs.find(id)
  // Asked for twice: what is wanted is so already.
  if (found === undefined || found.state === verbs[verb].to) return found
  throw new LogError('LOG_REPLAY_CONFLICT', `The run ${id} is ${found.state}: ${verb} does nothing to it.`, {
    details: { id, state: found.state },
  })
}

/** Runs what talks to MongoDB; what that throws becomes the log's own error. */
async function stored<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    throw isHouseHelperError(error) ? error : storeError(error, 'replays')
  }
}
