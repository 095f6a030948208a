import type { Scene, Story } from '../scene.ts'
import { notifying } from './notifying.ts'

const uses = [
  { label: 'Pasta', kind: 'cooking', minutes: 11 },
  { label: 'Eggs', kind: 'cooking', minutes: 6 },
  { label: 'Pizza', kind: 'cooking', minutes: 14 },
  { label: 'Bread dough', kind: 'cooking', minutes: 60 },
  { label: 'Tea', kind: 'cooking', minutes: 4 },
  { label: 'Homework', kind: 'homework', minutes: 45 },
  { label: 'Tablet time', kind: 'screen-time', minutes: 30 },
  { label: 'Drain cleaner', kind: 'cleaning', minutes: 20 },
] as const

/** A timer is set, perhaps halted for a while, and rings, unless somebody ends it. */
export function* countdown(scene: Scene): Story {
  const { random } = scene
  const by = scene.anyone()
  const { label, kind, minutes } = random.pick(uses)
  const timerId = `timer-${random.text(8)}`
  const durationSeconds = minutes * 60
  const started = scene.event(
    'timers',
    'timer.started',
    { timerId, durationSeconds, label, kind, endsAt: scene.at(minutes), startedBy: by.userId },
    { by },
  )
  yield started
  const before = random.integer(1, minutes - 1)
  yield before
  const remainingSeconds = (minutes - before) * 60
  if (random.chance(0.1)) {
    yield scene.event('timers', 'timer.cancelled', { timerId, remainingSeconds, label, cancelledBy: by.userId }, { by })
    return
  }
  if (random.chance(0.15)) yield* pause(scene, timerId, label, remainingSeconds)
  yield minutes - before
  const rang = scene.event(
    'timers',
    'timer.completed',
    { timerId, durationSeconds, label, kind, completedAt: scene.at(0), startedBy: by.userId },
    { cause: started },
  )
  yield rang
  if (!random.chance(0.6)) return
  const target = { kind: 'timer', id: timerId } as const
  yield* notifying(scene, rang, by, { template: 'timer-rang', title: `${label}: time is up`, target, urgent: true })
}

function* pause(scene: Scene, timerId: string, label: string, remainingSeconds: number): Story {
  const by = scene.anyone()
  yield scene.event('timers', 'timer.paused', { timerId, remainingSeconds, label, pausedBy: by.userId }, { by })
  yield scene.random.integer(1, 10)
  const endsAt = scene.at(remainingSeconds / 60)
  yield scene.event(
    'timers',
    'timer.resumed',
    { timerId, remainingSeconds, label, endsAt, resumedBy: by.userId },
    { by },
  )
}
