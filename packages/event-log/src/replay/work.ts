import { setTimeout as wait } from 'node:timers/promises'
import { isHouseHelperError, type Logger, type Position, type Transport } from '@house-helper/events-core'
import { described } from '../recorder/recorder-listeners.ts'
import type { PositionVector } from '../vectors/position-vector.ts'
import type { Checkpoint, ReplayReason, ReplayTarget } from './document.ts'
import { createPace, createSpeedometer } from './pace.ts'
import { createProgress, type Progress } from './positions.ts'
import { nothingSent, readBack, type SentBefore } from './read-back.ts'
import type { RunLease, Runs, Snapshot } from './runs.ts'
import { inTime, type RecordReader, readForReplay, type SourceRecord } from './source.ts'
import { createTenure, type Tenure } from './tenure.ts'
import { createTransmission, type Transmission } from './transmission.ts'

/** What sending runs takes. */
export interface WorkOptions {
  readonly runs: Runs
  readonly read: RecordReader
  readonly transport: Pick<Transport, 'admin' | 'sender' | 'partitioner' | 'read'>
  readonly logger: Logger
  readonly leaseMs: number
  /** How long to wait for records, in milliseconds; then they are asked for again. */
  readonly readTimeoutMs: number
  /** Aborts when this logger ends; the run then waits for another one. */
  readonly closing: AbortSignal
}

const MAX_APPEND_MS = 5_000
/** Records without one that was sent before, after which there is none any more: more than can be on their way. */
const AHEAD = 10_000
const FIRST_BACKOFF_MS = 200
const LONGEST_BACKOFF_MS = 5_000

/** A run in hand. */
export interface Work {
  /** Resolves once this logger has nothing more to do with the run. Rejects where that could not be written down. */
  readonly done: Promise<void>
  /** Looks at once whether the run was paused or cancelled. */
  look(): Promise<void>
}

/** Sends a run, from where it is to its end, until it is stopped or cannot get on. */
export function startWork(lease: RunLease, options: WorkOptions): Work {
  const job = createJob(lease, options)
  return { done: job.work(), look: job.tenure.beat }
}

interface Job {
  readonly tenure: Tenure
  work(): Promise<void>
}

function createJob(lease: RunLease, options: WorkOptions): Job {
  const { run } = lease
  const { runs, logger, leaseMs, closing } = options
  const appendTimeoutMs = Math.min(MAX_APPEND_MS, leaseMs / 3)
  const speed = createSpeedometer()
  let checkpoint = run.checkpoint
  let reason: ReplayReason | undefined
  const place = { runId: run._id }
  const tenure = createTenure(lease, {
    runs,
    beatMs: Math.min(500, leaseMs / 8),
    marginMs: appendTimeoutMs,
    snapshot: (): Snapshot => ({ checkpoint, perSecond: speed.perSecond(), reason }),
    failed: (error) => logger.warn({ ...place, err: error }, 'The progress of a replay could not be written down'),
  })
  const signal = AbortSignal.any([tenure.lost, closing])
  const reached = async (next: Checkpoint): Promise<void> => {
    speed.count(next.sent - checkpoint.sent)
    checkpoint = next
    reason = undefined
  }
  const pass = () => sendOn({ ...options, lease, tenure, signal, appendTimeoutMs, checkpoint, reached })
  return {
    tenure,
    async work() {
      for (let failures = 1; ; failures++) {
        const before = checkpoint.sent
        try {
          await pass()
          await tenure.end({ to: 'done' })
          return logger.info({ ...place, sent: checkpoint.sent }, 'A replay is done')
        } catch (error) {
          if (signal.aborted) return await tenure.end()
          reason = described(error)
          logger.warn({ ...place, err: error }, 'A replay does not get on')
          if (!isHouseHelperError(error) || !error.canRetry) return await tenure.end({ to: 'failed', reason })
          if (checkpoint.sent > before) failures = 1
          await backoff(failures, signal)
        }
      }
    },
  }
}

interface Pass extends WorkOptions {
  readonly lease: RunLease
  readonly tenure: Tenure
  readonly signal: AbortSignal
  readonly appendTimeoutMs: number
  readonly checkpoint: Checkpoint
  readonly reached: (checkpoint: Checkpoint) => void
}

/** Sends from the checkpoint to the end. After any failure the next pass looks first at what was sent all the same. */
async function sendOn(pass: Pass): Promise<void> {
  const { lease, transport, read, signal, appendTimeoutMs, checkpoint } = pass
  const { _id: runId, targets, filter, until, ratePerSecond } = lease.run
  const transmission = await createTransmission({ transport, runId, targets, appendTimeoutMs })
  const progress = createProgress(checkpoint.position)
  const before = await sentBefore(pass, transmission, progress)
  const steps = createSteps(pass, { transmission, progress, before })
  const pace = createPace(ratePerSecond)
  const selection = { filter, from: checkpoint.position, until }
  const reading = new AbortController()
  const batches = readForReplay(read, selection, AbortSignal.any([reading.signal, signal]))
  for await (const { records, reached } of inTime(batches, pass.readTimeoutMs, reading)) {
    for (let index = 0; index < records.length; index += pace.step) {
      await steps.send(records.slice(index, index + pace.step), (count) => pace.admit(count, signal))
    }
    steps.reached(reached)
  }
  steps.reached(until)
}

async function sentBefore(pass: Pass, transmission: Transmission, progress: Progress): Promise<SentBefore> {
  const { transport, checkpoint, lease, tenure, signal, reached } = pass
  const { back } = checkpoint
  if (back !== undefined) {
    return await readBack(transport, { runId: lease.run._id, back, from: progress }, signal)
  }
  const ranges = await transport.admin.ranges(transmission.topics.map(({ topic }) => topic))
  const ends = ranges.map(({ topic, partition, high }) => ({ topic, partition, offset: high }))
  reached({ ...checkpoint, back: ends })
  // Before anything is sent: whoever goes on after a kill has to know from where to read back.
  await tenure.admit(signal)
  await tenure.beat()
  signal.throwIfAborted()
  return nothingSent(ends)
}

interface Steps {
  /** Sends some records to all targets, but what lies there already. */
  send(records: readonly SourceRecord[], admit: (count: number) => Promise<void>): Promise<void>
  reached(vector: PositionVector): void
}

function createSteps(
  { lease, tenure, signal, checkpoint, reached }: Pass,
  { transmission, progress, before }: { transmission: Transmission; progress: Progress; before: SentBefore },
): Steps {
  const marks = new Map<string, Position>()
  const mark = (position: Position) => marks.set(`${position.topic}/${position.partition}`, position)
  for (const end of before.ends) mark(end)
  let { sent } = checkpoint
  const note = () => {
    // Until all that was sent before is accounted for, it has to be found again.
    const back = before.size > 0 ? checkpoint.back : [...marks.values()]
    reached({ position: [...progress.vector()], sent, back })
  }
  let sinceFound = 0
  const missing = ({ topic }: ReplayTarget, records: readonly SourceRecord[]) =>
    records.filter((record) => {
      const isFound = before.take(topic, record)
      sinceFound = isFound ? 0 : sinceFound + 1
      return !isFound
    })
  return {
    async send(records, admit) {
      const parts = lease.run.targets.map((target) => ({ target, records: missing(target, records) }))
      // What was sent before is what comes first; what else was found lies behind the position, in an earlier generation.
      if (before.size > 0 && sinceFound > AHEAD) before.clear()
      await admit(Math.max(0, ...parts.map(({ records }) => records.length)))
      await tenure.admit(signal)
      const ends = await settled(parts.map(({ target, records }) => transmission.send(target, records)))
      for (const end of ends.flat()) mark(end)
      for (const record of records) progress.passed(record)
      sent += records.length
      note()
    },
    reached(vector) {
      progress.reached(vector)
      note()
    },
  }
}

/** Waits for all of them, also where one fails: nothing is on its way any more afterwards. */
async function settled<Value>(all: readonly Promise<Value>[]): Promise<Value[]> {
  return (await Promise.allSettled(all)).map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

async function backoff(failures: number, signal: AbortSignal): Promise<void> {
  const waitMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1))
  try {
    await wait(waitMs, undefined, { signal })
  } catch (error) {
    // The next pass sees the signal, and ends.
    if (!signal.aborted) throw error
  }
}
