import { createAgenda } from './agenda.ts'
import { planDay } from './day-plan.ts'
import { makeHousehold } from './household.ts'
import { createRandom, type Random } from './random.ts'
import { createScene, type Scene, type Story } from './scene.ts'
import type { SimulatedEvent } from './simulated-event.ts'
import { founding } from './stories/founding.ts'

/** How a simulation is set up. */
export interface HouseholdEventsOptions {
  /** How many households there are. Default 50. */
  readonly households?: number
  /** When the simulated time begins, in milliseconds since 1970. Default the first of January 2026. */
  readonly startMs?: number
  /**
   * The clock that events take their times from, in milliseconds since 1970. Default: the simulated time, which runs as
   * fast as events are taken; then the same seed always gives the same events.
   */
  readonly nowMs?: () => number
}

const minuteMs = 60_000
const dayMs = 1_440 * minuteMs
// By then the last member has joined.
const foundingMs = 6 * 60 * minuteMs

/** A story going on in a household. */
interface Told {
  readonly scene: Scene
  readonly story: Story
}

/**
 * The events of households without end, in the order in which they happen. Households are founded in the course of the
 * first day. Pure: nothing is published.
 */
export function* householdEvents(
  seed: number,
  options: HouseholdEventsOptions = {},
): Generator<SimulatedEvent, never, void> {
  const { households = 50, startMs = Date.UTC(2026, 0, 1) } = options
  const random = createRandom(seed)
  const agenda = createAgenda<Told | Scene>()
  let simulatedMs = startMs
  const nowMs = options.nowMs ?? (() => simulatedMs)
  for (let count = 0; count < households; count++) {
    const scene = createScene(makeHousehold(random), random, nowMs)
    const foundedMs = startMs + random.integer(0, 1_439) * minuteMs
    agenda.add(foundedMs, { scene, story: founding(scene) })
    agenda.add(foundedMs + foundingMs, scene)
  }
  for (;;) {
    const next = agenda.take()
    if (next === undefined) throw new RangeError('A simulation needs at least one household.')
    simulatedMs = next.timeMs
    if ('story' in next.entry) {
      const pauseMinutes = yield* untilPause(next.entry.story)
      if (pauseMinutes !== undefined)
        agenda.add(simulatedMs + pauseMinutes * minuteMs + random.integer(0, 59_999), next.entry)
    } else {
      const scene = next.entry
      for (const told of appointments(scene, random, simulatedMs)) agenda.add(told.timeMs, told.entry)
      agenda.add(nextMidnight(simulatedMs), scene)
    }
  }
}

/** Tells a story up to its next pause; undefined where it ends. */
function* untilPause(story: Story): Generator<SimulatedEvent, number | undefined, void> {
  for (;;) {
    const { done, value } = story.next()
    if (done === true) return undefined
    if (typeof value === 'number') return value
    yield value
  }
}

/** The stories that begin in a household on the rest of a day. */
function appointments(scene: Scene, random: Random, fromMs: number): { timeMs: number; entry: Told }[] {
  const midnight = nextMidnight(fromMs) - dayMs
  return planDay(random)
    .map(({ minute, tell }) => ({ timeMs: midnight + minute * minuteMs, entry: { scene, story: tell(scene) } }))
    .filter(({ timeMs }) => timeMs >= fromMs)
}

function nextMidnight(ms: number): number {
  return (Math.floor(ms / dayMs) + 1) * dayMs
}
