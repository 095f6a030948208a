import type { Random } from './random.ts'
import type { Scene, Story } from './scene.ts'
import { chore } from './stories/chore.ts'
import { countdown } from './stories/countdown.ts'
import { errand } from './stories/errand.ts'
import { invoice } from './stories/invoice.ts'
import { session } from './stories/session.ts'
import { visit } from './stories/visit.ts'
import { washing } from './stories/washing.ts'

/** A story that begins at a minute of the day. */
export interface Appointment {
  readonly minute: number
  readonly tell: (scene: Scene) => Story
}

/** When in the day, and how often a day at most, a kind of story begins. */
interface Habit {
  readonly tell: (scene: Scene) => Story
  readonly hours: readonly [number, ...number[]]
  readonly times: number
  /** Of each of those times. */
  readonly probability: number
}

// Mornings and evenings are busy, nights are quiet; a big shop and a bill come every few days.
const habits: readonly Habit[] = [
  { tell: session, hours: [6, 7, 7, 8, 12, 17, 18, 19, 20, 21, 22], times: 6, probability: 0.6 },
  { tell: chore, hours: [7, 8, 9, 10, 11, 14, 16, 17, 18, 19], times: 5, probability: 0.7 },
  { tell: countdown, hours: [7, 8, 12, 12, 13, 17, 18, 18, 19, 19, 20], times: 4, probability: 0.6 },
  { tell: errand, hours: [9, 10, 16, 17, 18, 19], times: 1, probability: 0.45 },
  { tell: washing, hours: [6, 7, 8, 9, 17, 18, 19], times: 2, probability: 0.4 },
  { tell: invoice, hours: [8, 9, 10, 18, 19], times: 1, probability: 0.35 },
  { tell: visit, hours: [10, 15, 18], times: 1, probability: 0.02 },
]

/** Plans what begins in a household on one day. */
export function planDay(random: Random): readonly Appointment[] {
  const day: Appointment[] = []
  for (const { tell, hours, times, probability } of habits) {
    for (let time = 0; time < times; time++) {
      if (random.chance(probability)) day.push({ minute: random.pick(hours) * 60 + random.integer(0, 59), tell })
    }
  }
  return day
}
