import { countEffects, type EffectCount } from './effect-count.ts'
import { countLog, type LogCount } from './log-count.ts'
import { atMost, type Figure, type Invariants, type PartReport, reported } from './soak-case.ts'
import type { Stand } from './stand.ts'
import { countTopics, type TopicCount } from './topic-count.ts'

/** What a stand holds once it has drained. */
export interface Findings {
  readonly topic: TopicCount
  readonly log: LogCount
  readonly effects: EffectCount
  readonly invariants: Invariants
  /** The first few violations of each kind, by name. */
  readonly examples: readonly string[]
}

/** Counts what a stand lost, doubled, mixed up or left: everything acknowledged, everything in Kafka and in MongoDB. */
export async function countInvariants(stand: Stand): Promise<Findings> {
  const topic = await countTopics(stand)
  const log = await countLog(stand, topic)
  const effects = await countEffects(stand, topic)
  const invariants = {
    missing: topic.missing.count + log.missing.count,
    recordedTwice: log.twice.count,
    effectsTwice: effects.twice.count,
    outOfOrder: topic.outOfOrder.count + effects.outOfOrder.count,
    unaccounted: log.unaccounted.count + effects.unaccounted.count,
  }
  const witnesses = [
    ...[topic.missing, log.missing, topic.misplaced, log.twice, effects.twice],
    ...[topic.outOfOrder, effects.outOfOrder, log.unaccounted, effects.unaccounted],
  ]
  return { topic, log, effects, invariants, examples: witnesses.flatMap(({ examples }) => examples) }
}

/** A part's report of its findings, with the figures that each of them gives. */
export function reportOf(
  { book, handledTypes }: Stand,
  { topic, log, effects, invariants }: Findings,
  { faults, figures }: { readonly faults: number; readonly figures: readonly Figure[] },
): PartReport {
  const common = [
    atMost('acknowledged at another place', topic.misplaced.count, 0, 'events'),
    atMost('publishes rejected', book.rejected, 0, 'events'),
    reported('slowest publish', Math.round(book.slowestMs), 'ms'),
    reported('copies in the topics', topic.copies, 'messages'),
    reported('repeats in the ledger', log.repeats, 'messages'),
  ]
  const handled =
    handledTypes.length === 0
      ? []
      : [
          reported('effects under once', effects.effects, 'events'),
          atMost('dead letters', effects.deadLetters, 0, 'events'),
        ]
  return { events: book.events.size, faults, invariants, figures: [...common, ...handled, ...figures] }
}
