import { countInvariants } from '../invariants.ts'
import { atMost, type Figure, noViolations, type PartReport, reported, type SoakContext } from '../soak-case.ts'
import type { Stand } from '../stand.ts'

/** What a report of handlers has besides what their stand holds. */
export interface HandledReport {
  readonly faults: number
  readonly figures: readonly Figure[]
  readonly log: SoakContext['log']
}

/** The report of a part that has handlers and no event logger. */
export async function handledReport(stand: Stand, { faults, figures, log }: HandledReport): Promise<PartReport> {
  const { topic, effects, invariants, examples } = await countInvariants(stand)
  // Nobody records what these handlers are given.
  const ours = examples.filter((example) => !example.endsWith('MongoDB') && !example.endsWith('log'))
  for (const example of ours) log(example)
  const { effectsTwice, outOfOrder } = invariants
  const found = { missing: topic.missing.count, effectsTwice, outOfOrder, unaccounted: effects.unaccounted.count }
  return {
    events: stand.book.events.size,
    faults,
    invariants: { ...noViolations, ...found },
    figures: [
      atMost('publishes rejected', stand.book.rejected, 0, 'events'),
      reported('effects under once', effects.effects, 'events'),
      ...figures,
    ],
  }
}
