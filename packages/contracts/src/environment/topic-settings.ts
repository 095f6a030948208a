import { z } from 'zod'
import { closedObject } from './closed-object.ts'

const HOUR_MS = 3_600_000
const unitMs = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS } as const

const duration = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error })
const retentionSchema = duration(
  /^(?:[1-9]\d{0,4}[hdw]|forever)$/,
  'must be hours (12h), days (30d), weeks (52w) or forever',
)
const segmentSchema = duration(/^[1-9]\d{0,4}[hdw]$/, 'must be hours (12h), days (30d) or weeks (52w)')

/** Kafka's `retention.ms` for a retention: `-1` keeps for ever. */
function retentionMs(retention: string): string {
  if (retention === 'forever') return '-1'
  const unit = retention.at(-1) as keyof typeof unitMs
  return String(Number(retention.slice(0, -1)) * unitMs[unit])
}

/**
 * Settings of topics, as they are written. What is left out is Kafka's default for a new topic, and stays as it is where
 * the topic exists. `cleanup.policy` is none of them: compaction would remove events.
 */
export interface TopicSettings {
  /** Default for a new topic: 3. */
  readonly partitions?: number | undefined
  /** Default for a new topic: 1. */
  readonly replicationFactor?: number | undefined
  /** How long messages are kept: `12h`, `30d`, `52w` or `forever`. */
  readonly retention?: string | undefined
  /** Replicas that must have an event before it counts as published. */
  readonly minInsyncReplicas?: number | undefined
  /** The largest batch that the topic takes. */
  readonly maxMessageBytes?: number | undefined
  /** What a partition keeps at most; -1 for no bound. */
  readonly retentionBytes?: number | undefined
  /** A partition's files; retention removes whole ones. */
  readonly segmentBytes?: number | undefined
  /** After how long a file of a partition is closed though it is not full: hours, days or weeks. */
  readonly segment?: string | undefined
}

const count = (most: number) => {
  const error = `must be a whole number from 1 to ${most}`
  return z.int({ error }).min(1, { error }).max(most, { error })
}
const bytes = (least: number) => {
  const error = `must be a whole number of bytes, at least ${least}`
  return z.int({ error }).min(least, { error })
}

/** Reads settings of topics. */
export const topicSettingsSchema: z.ZodType<TopicSettings> = closedObject({
  partitions: count(10_000).optional(),
  replicationFactor: count(100).optional(),
  retention: retentionSchema.optional(),
  minInsyncReplicas: count(100).optional(),
  maxMessageBytes: bytes(1024).optional(),
  retentionBytes: bytes(-1).optional(),
  segmentBytes: bytes(1_048_576).optional(),
  segment: segmentSchema.optional(),
})

/** The settings in Kafka's names and units. */
export function topicConfigOf(settings: TopicSettings): Readonly<Record<string, string>> {
  const { retention, minInsyncReplicas, maxMessageBytes, retentionBytes, segmentBytes, segment } = settings
  const given = {
    'retention.ms': retention && retentionMs(retention),
    'retention.bytes': retentionBytes,
    'min.insync.replicas': minInsyncReplicas,
    'max.message.bytes': maxMessageBytes,
    'segment.bytes': segmentBytes,
    'segment.ms': segment && retentionMs(segment),
  }
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  )
}
