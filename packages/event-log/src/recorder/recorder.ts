import { randomUUID } from 'node:crypto'
import { within } from '@house-helper/events-core'
import { LogError } from '../errors.ts'
import { headChain } from '../head.ts'
import { createStore } from '../store.ts'
import { healthReasons } from './health.ts'
import { makeIndexes } from './index-building.ts'
import { createKafkaViewer } from './kafka-view.ts'
import { measureLag } from './lag.ts'
import { createLedger } from './ledger.ts'
import { createMembership } from './membership.ts'
import { documentMaker } from './message-documents.ts'
import { recordWriter } from './record-writer.ts'
import { described, groupListener, type ListenerParts, laneListener } from './recorder-listeners.ts'
import { checkOptions, type Recorder, type RecorderOptions, type RecorderSettings } from './recorder-options.ts'
import { createRecording, type Recording } from './recording.ts'
import { checkServer } from './server-check.ts'
import { createSlots } from './slots.ts'
import { createStallWatch } from './stall-watch.ts'
import { statsBook } from './stats-book.ts'
import { createTimer, type Timer } from './timer.ts'

/**
 * Makes a recorder; it does nothing before `start()`.
 *
 * @throws LogError `LOG_OPTIONS_INVALID`.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const settings = checkOptions(options)
  const { logger } = settings
  const health = healthReasons(settings.alarmHoldMs)
  const book = statsBook()
  const life = createLife((error) => health.down(`The recorder died: ${described(error).message}`))
  const listening: ListenerParts = { logger, health, book, died: life.died, onBatch: settings.onBatch }
  const membership = createMembership({
    ...{ settings, health, logger, signal: life.signal },
    createRecording: recordings(settings, listening),
  })
  const timers: Timer[] = []
  let lagMeasuredAt: Date | undefined
  const { transport, stallTimeoutMs } = settings
  const stalls = createStallWatch({ transport, stallTimeoutMs, rebuild: membership.rebuild, die: life.died })
  const lag = async () => {
    const measured = await measureLag(transport.admin, membership.recording?.lanes() ?? [], book)
    lagMeasuredAt = new Date()
    await stalls.look(measured)
  }

  return {
    closed: life.closed,
    async start() {
      life.begin()
      await checkServer(settings.db, settings.allowStandalone)
      await makeIndexes(settings.db, listening, life.signal)
      await membership.discover()
      timers.push(
        createTimer(settings.discoverIntervalMs, () => reported('Looking for topics', listening, membership.discover)),
        createTimer(settings.lagIntervalMs, () => reported('Measuring lag', listening, lag)),
      )
    },
    close: ({ timeoutMs = 10_000 } = {}) =>
      life.end(async () => {
        const timersStopped = Promise.all(timers.map((timer) => timer.stop()))
        await membership.stop(timeoutMs * 0.8)
        await within(timersStopped, timeoutMs * 0.2)
      }),
    health: health.health,
    stats() {
      const lanes = new Set(membership.recording?.lanes().map(({ topic, partition }) => `${topic}/${partition}`))
      const partitions = book.partitions(({ topic, partition }) => lanes.has(`${topic}/${partition}`))
      return { partitions, topics: membership.recording?.topics ?? [], lagMeasuredAt }
    },
    async [Symbol.asyncDispose]() {
      await this.close()
    },
  }
}

/** How a recorder begins and ends: once each. */
function createLife(dead: (error: Error) => void) {
  const closed = Promise.withResolvers<void>()
  // Whoever doesn't look at `closed` isn't to be ended by it: health says the same.
  closed.promise.catch(() => {})
  const ending = new AbortController()
  let begun = false
  let ended: Promise<void> | undefined
  return {
    closed: closed.promise,
    signal: ending.signal,
    begin() {
      if (begun || ended !== undefined) {
        throw new LogError('LOG_CLOSED', 'A recorder starts once. Make another one with createRecorder.')
      }
      begun = true
    },
    died(error: Error) {
      dead(error)
      ending.abort(error)
      closed.reject(error)
    },
    end(close: () => Promise<void>): Promise<void> {
      ending.abort(new LogError('LOG_CLOSED', 'The recorder was closed.'))
      ended ??= close().finally(closed.resolve)
      return ended
    },
  }
}

/** Runs a task of a timer; its failure is a reason of the health until it succeeds again. */
async function reported(doing: string, { health, logger }: ListenerParts, task: () => Promise<void>): Promise<void> {
  try {
    await task()
    health.clear(doing)
  } catch (error) {
    health.set(doing, `${doing} fails: ${described(error).message}`)
    logger.warn(described(error), `${doing} failed; it is tried again`)
  }
}

function recordings(settings: RecorderSettings, listening: ListenerParts): (topics: readonly string[]) => Recording {
  const { transport, groupId, commitIntervalMs, sessionTimeoutMs, maxConcurrentWrites } = settings
  const store = createStore(settings.db, settings.operationTimeoutMs)
  const ledger = createLedger(store, randomUUID())
  const chain = headChain()
  const parts = {
    ...{ transport, groupId, commitIntervalMs, sessionTimeoutMs, limits: settings },
    writing: {
      ...{ transport, store, ledger, chain },
      makeDocument: documentMaker(settings.domains),
      writeRecords: recordWriter(store),
    },
    opening: { transport, ledger, chain, kafkaView: createKafkaViewer(transport) },
    slots: createSlots(maxConcurrentWrites),
    listener: laneListener(listening),
    group: groupListener(listening),
  }
  return (topics) => createRecording({ ...parts, topics })
}
