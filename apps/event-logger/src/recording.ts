import type { Recorder } from '@house-helper/event-log'
import { isHouseHelperError, type Logger } from '@house-helper/events-core'
import { pause } from './repetition.ts'

/** How recording stands. */
export type RecordingState =
  | { readonly status: 'starting'; readonly reason: string }
  | { readonly status: 'recording'; readonly recorder: Recorder }
  | { readonly status: 'dead'; readonly reason: string }
  | { readonly status: 'closing' }

/** What {@link createRecording} takes. */
export interface RecordingOptions {
  /** Reaches MongoDB, or throws an error that says whether that may succeed later (`canRetry`). */
  connect(): Promise<void>
  createRecorder(): Recorder
  readonly logger: Logger
  /** The first wait before another attempt to start, in milliseconds; each one doubles, up to 30 s. Default 1,000. */
  readonly retryDelayMs?: number
}

/** A recorder that is started as soon as Kafka and MongoDB can be reached. */
export interface Recording {
  /** Begins to try; returns at once. */
  start(): void
  /** Resolves once the recorder runs; rejects with `closed`, or when it is closed before. */
  readonly started: Promise<void>
  /** Resolves after `close()`; rejects when recording cannot start, or dies. */
  readonly closed: Promise<void>
  state(): RecordingState
  /** Drains the recorder, commits and leaves the group. */
  close(options: { readonly timeoutMs: number }): Promise<void>
}

const longestDelayMs = 30_000

/**
 * Makes a recording, which starts a recorder and keeps trying while Kafka or MongoDB cannot be reached: whatever starts services in any order
 * need not know about it. What no waiting mends (credentials, rights, a standalone server) ends it at once.
 */
export function createRecording(options: RecordingOptions): Recording {
  const closing = new AbortController()
  const ended = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  // Whoever wants to know asks; whoever does not must not crash the process.
  ended.promise.catch(() => {})
  started.promise.catch(() => {})
  let state: RecordingState = { status: 'starting', reason: 'It has only just been started.' }

  const die = (error: unknown): void => {
    if (closing.signal.aborted) return
    state = { status: 'dead', reason: messageOf(error) }
    started.reject(error)
    ended.reject(error)
  }
  let current: Recorder | undefined
  const createRecorder = (): Recorder => {
    current = options.createRecorder()
    return current
  }
  const begin = async (): Promise<void> => {
    const recorder = await startRecorder({ ...options, createRecorder }, closing.signal, (reason) => {
      state = { status: 'starting', reason }
    })
    if (recorder === undefined || closing.signal.aborted) return
    state = { status: 'recording', recorder }
    recorder.closed.catch(die)
    options.logger.info({}, 'Recording has begun.')
    started.resolve()
  }

  return {
    start: () => {
      begin().catch(die)
    },
    started: started.promise,
    closed: ended.promise,
    state: () => state,
    close: async ({ timeoutMs }) => {
      if (state.status !== 'dead') state = { status: 'closing' }
      closing.abort()
      started.reject(new Error('The event logger was closed before it had started to record.'))
      // Also one that is only just starting: its start ends with it.
      await current?.close({ timeoutMs })
      ended.resolve()
    },
  }
}

/** Resolves with a recorder that runs, or with undefined where it was to be closed before. */
async function startRecorder(
  { connect, createRecorder, logger, retryDelayMs = 1_000 }: RecordingOptions,
  signal: AbortSignal,
  failed: (reason: string) => void,
): Promise<Recorder | undefined> {
  for (let delayMs = retryDelayMs; !signal.aborted; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    let recorder: Recorder | undefined
    try {
      await connect()
      if (signal.aborted) return undefined
      recorder = createRecorder()
      await recorder.start()
      return recorder
    } catch (error) {
      await recorder?.close({ timeoutMs: 1_000 })
      if (!isHouseHelperError(error) || !error.canRetry) throw error
      failed(error.message)
      logger.warn({ err: error, retryInMs: delayMs }, `Cannot record yet, and tries again: ${error.message}`)
      await pause(delayMs, signal)
    }
  }
  return undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
