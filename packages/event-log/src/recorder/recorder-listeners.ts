import { isHouseHelperError, type Logger, type TopicPartition } from '@house-helper/events-core'
import type { Gap, PartitionState } from '../documents.ts'
import { storeErrorName } from '../mongo-errors.ts'
import type { HealthReasons } from './health.ts'
import type { LaneListener } from './lane.ts'
import { recordedBatch } from './recorded-batch.ts'
import type { RecorderOptions } from './recorder-options.ts'
import type { GroupListener } from './recording.ts'
import type { StatsBook } from './stats-book.ts'

/** Where a recorder's happenings go. */
export interface ListenerParts {
  readonly logger: Logger
  readonly health: HealthReasons
  readonly book: StatsBook
  died(error: Error): void
  readonly onBatch?: RecorderOptions['onBatch']
}

/** Reports what lanes do: figures, alarms, failures. */
export function laneListener({ logger, health, book, died, onBatch }: ListenerParts): LaneListener {
  const logGaps = (state: PartitionState, gaps: readonly Gap[]) =>
    logger.warn({ ...placeOf(state), generation: state.generation, gaps }, 'offsets without a message')
  const reportGaps = (state: PartitionState, gaps: readonly Gap[]) => {
    const { generation } = state
    const removed = gaps.filter(({ reason }) => reason === 'truncated')
    if (removed.length === 0) return logGaps(state, gaps)
    health.alarm(
      `gap ${nameOf(state)}`,
      `${nameOf(state)} lacks the offsets ${removed.map(textOfGap).join(', ')} of generation ${generation}: they were removed before they were recorded.`,
    )
    logger.error({ ...placeOf(state), generation, gaps }, 'messages were removed before they were recorded')
  }
  return {
    opened(place, { state, alarm, gap }) {
      book.opened(state)
      const { generation, next } = state
      logger.info({ ...placeOf(place), generation, next }, 'partition opened')
      // Nobody recorded before: that retention was there already is how it is, and no alarm.
      if (gap !== undefined && state.entry.start?.reason === 'first') logGaps(state, [gap])
      else if (gap !== undefined) reportGaps(state, [gap])
      if (alarm === undefined) return
      const sentence = `${nameOf(place)} is not the log that was recorded before (${alarm}): generation ${generation} began at ${next}.`
      health.alarm(`generation ${nameOf(place)}`, sentence)
      logger.error({ ...placeOf(place), generation, next, reason: alarm }, 'a new generation began')
    },
    recorded(state, records, processingMs) {
      book.recorded(state, processingMs)
      onBatch?.(recordedBatch(state, records, processingMs))
      const { conflicts, gaps, from, to } = state.entry
      if (gaps.length > 0) reportGaps(state, gaps)
      if (conflicts.length === 0) return
      health.alarm(
        `conflict ${nameOf(state)}`,
        `${nameOf(state)} has events under ids that other events have, the last at offset ${conflicts.at(-1)}: see their records.`,
      )
      logger.error({ ...placeOf(state), from, to, conflicts }, 'events under ids that other events have')
    },
    failed(place, error, attempts) {
      const { code, message } = described(error)
      book.failed(place, code, message)
      health.set(`lane ${nameOf(place)}`, `${nameOf(place)} waits after ${attempts} failed attempts: ${message}`)
      logger.warn({ ...placeOf(place), code, attempts, reason: message }, 'recording failed; it is tried again')
    },
    recovered(place) {
      health.clear(`lane ${nameOf(place)}`)
      logger.info(placeOf(place), 'recording goes on')
    },
    dropped: (place) => health.clear(`lane ${nameOf(place)}`),
    broken(place, error) {
      logger.error({ ...placeOf(place), ...described(error) }, 'the recorder has a defect')
      died(error instanceof Error ? error : new Error(`Recording ${nameOf(place)} threw ${typeof error}.`))
    },
    displaced: (place, why) => logger.warn({ ...placeOf(place), reason: why }, 'partition is opened anew'),
  }
}

/** Reports what happens to the membership in the group. */
export function groupListener({ logger, health, died }: ListenerParts): GroupListener {
  return {
    assigned(partitions) {
      health.clear('group')
      health.clear('lease')
      logger.info({ partitions: partitions.map(nameOf) }, 'partitions assigned')
    },
    suspended(reason) {
      health.set('lease', `Kafka does not answer heartbeats: ${reason}`)
      logger.warn({ reason }, 'recording is suspended')
    },
    thawed() {
      health.clear('lease')
      logger.info({}, 'recording goes on')
    },
    lost(reason) {
      health.set('group', `The group has taken all partitions away: ${reason}`)
      logger.warn({ reason }, 'all partitions lost')
    },
    commitFailed(error) {
      const { code, message } = described(error)
      health.set('commit', `Kafka takes no commit: ${message}`)
      logger.warn({ code, reason: message }, 'commit failed; the ledger has the progress')
    },
    committed: () => health.clear('commit'),
    fatal(error) {
      logger.error(described(error), 'the receiver died')
      died(error)
    },
  }
}

/** An error as it may be logged: the drivers' own messages may quote documents, ours don't. */
export function described(error: unknown): { readonly code: string; readonly message: string } {
  if (isHouseHelperError(error)) return { code: error.code, message: error.message }
  return { code: 'LOG_UNREACHABLE', message: `MongoDB failed: ${storeErrorName(error)}.` }
}

function placeOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}

function textOfGap({ from, to }: Gap): string {
  return to - from === 1 ? `${from}` : `${from} to ${to - 1}`
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
