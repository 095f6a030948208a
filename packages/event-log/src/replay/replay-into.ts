import { z } from 'zod'
import { LogError } from '../errors.ts'
import type { EventRecord } from '../event-record.ts'
import { type CurrentForms, inCurrentForm } from '../queries/current-form.ts'
import { checkQuery } from '../queries/query.ts'
import type { ReadQuery } from '../queries/read-query.ts'
import { commonVector, type PositionVector, sortedVector } from '../vectors/position-vector.ts'
import { createProgress, type Progress } from './positions.ts'
import { type RecordReader, readForReplay } from './source.ts'

/** Which records to hand to handlers: those between two vectors that a filter finds. */
export type ReplayIntoQuery = Pick<ReadQuery, 'filter' | 'from' | 'to'>

/** Handles one record; the next one waits until it has settled. */
export type RecordHandler = (record: EventRecord, context: RecordContext) => unknown

/** One handler for every record, or one for each event type; a record of a type without a handler passes. */
export type RecordHandlers = RecordHandler | Readonly<Record<string, RecordHandler>>

/** What a handler gets besides the record. */
export interface RecordContext {
  /** Where to go on after this record. Written in the transaction of the handler's own writes, it makes these happen once. */
  checkpoint(): PositionVector
  readonly signal: AbortSignal
}

/** Where progress is kept, so that the next call goes on where this one ended. */
export interface ReplayCheckpoint {
  /** Undefined where nothing was saved yet. */
  load(): Promise<PositionVector | undefined>
  /** Everything before it is handled. */
  save(position: PositionVector): Promise<void>
}

/** How {@link EventLog.replayInto} works. */
export interface ReplayIntoOptions {
  /** Default: none; every call begins at the query's `from`. */
  readonly checkpoint?: ReplayCheckpoint
  /** Saves the checkpoint after so many records, at least 1. Default 500. */
  readonly checkpointEvery?: number
  /** Ends it after the record that is being handled, with the signal's reason; the checkpoint is saved. */
  readonly signal?: AbortSignal
  /** Told of each saved checkpoint. */
  readonly onProgress?: (progress: ReplayIntoResult) => void
}

/** What was done. */
export interface ReplayIntoResult {
  readonly handled: number
  /** Records of types without a handler. */
  readonly passed: number
  /** Where to go on. */
  readonly position: PositionVector
}

const everySchema = z.number('checkpointEvery must be a number').int().min(1)

/** Hands records to handlers one after the other; see {@link EventLog.replayInto}. */
export async function replayInto(
  log: {
    readonly read: RecordReader
    readonly recorded: () => Promise<PositionVector>
    readonly current: CurrentForms
  },
  query: ReplayIntoQuery,
  handlers: RecordHandlers,
  options: ReplayIntoOptions = {},
): Promise<ReplayIntoResult> {
  const { checkpoint, signal = new AbortController().signal } = options
  const every = checkQuery(everySchema, options.checkpointEvery ?? 500)
  const handlerOf = handlerFinder(handlers)
  const recorded = await log.recorded()
  const until = query.to === undefined ? recorded : commonVector(sortedVector(query.to), recorded)
  const from = (await checkpoint?.load()) ?? query.from ?? []
  const run = createRun(createProgress(from), { handlerOf, every, signal, current: log.current, ...options })
  // What a signal ends is only where reading stops: a record in hand is handled to its end.
  const reading = new AbortController()
  try {
    for await (const { records, reached } of readForReplay(
      log.read,
      { filter: query.filter, from, until },
      reading.signal,
    )) {
      for (const record of records) await run.handle(record)
      run.reached(reached)
    }
    run.reached(until)
  } finally {
    await run.save()
  }
  return run.result()
}

interface Run {
  handle(record: EventRecord): Promise<void>
  reached(vector: PositionVector): void
  save(): Promise<void>
  result(): ReplayIntoResult
}

interface RunParts extends ReplayIntoOptions {
  readonly handlerOf: (type: string) => RecordHandler | undefined
  readonly every: number
  readonly signal: AbortSignal
  readonly current: CurrentForms
}

function createRun(progress: Progress, { handlerOf, every, signal, current, checkpoint, onProgress }: RunParts): Run {
  let [handled, passed, unsaved] = [0, 0, 0]
  const position = () => sortedVector(progress.vector())
  const result = () => ({ handled, passed, position: position() })
  const save = async () => {
    await checkpoint?.save(position())
    unsaved = 0
    onProgress?.(result())
  }
  return {
    async handle(record) {
      signal.throwIfAborted()
      const handler = handlerOf(record.type)
      const after = () => {
        const { topic, partition, generation, offset } = record
        return sortedVector([...progress.vector(), { topic, partition, generation, offset: offset + 1 }])
      }
      if (handler === undefined) passed += 1
      else {
        await handler(inCurrentForm(record, current), { checkpoint: after, signal })
        handled += 1
      }
      progress.passed(record)
      unsaved += 1
      if (unsaved >= every) await save()
    },
    reached: progress.reached,
    save,
    result,
  }
}

function handlerFinder(handlers: RecordHandlers): (type: string) => RecordHandler | undefined {
  if (typeof handlers === 'function') return () => handlers
  const byType = new Map(Object.entries(handlers))
  for (const [type, handler] of byType) {
    if (typeof handler === 'function') continue
    throw new LogError('LOG_OPTIONS_INVALID', `The handler of ${JSON.stringify(type)} is no function.`)
  }
  return (type) => byType.get(type)
}
