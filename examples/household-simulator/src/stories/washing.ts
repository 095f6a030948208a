import type { Member } from '../household.ts'
import type { Scene, Story } from '../scene.ts'
import type { SimulatedEvent } from '../simulated-event.ts'
import { notifying } from './notifying.ts'

const programs = [
  { program: 'eco', kind: 'colours', temperatureCelsius: 40, spinRpm: 1_200, wash: 95, rinse: 30, spin: 12 },
  { program: 'cotton', kind: 'whites', temperatureCelsius: 60, spinRpm: 1_400, wash: 80, rinse: 25, spin: 14 },
  { program: 'quick', kind: 'mixed', temperatureCelsius: 30, spinRpm: 1_000, wash: 18, rinse: 8, spin: 6 },
  { program: 'delicates', kind: 'delicates', temperatureCelsius: 30, spinRpm: 600, wash: 30, rinse: 15, spin: 4 },
  { program: 'hygiene', kind: 'bedding', temperatureCelsius: 60, spinRpm: 1_400, wash: 110, rinse: 40, spin: 14 },
] as const

/** A machine is filled and washes; then the load dries, in the dryer or on the line. */
export function* washing(scene: Scene): Story {
  const { random } = scene
  const by = scene.anyone()
  const cycleId = `cycle-${random.text(8)}`
  const { started, minutes } = start(scene, by, cycleId)
  yield started
  yield minutes
  const tumble = random.chance(0.6)
  const washed = washComplete(scene, cycleId, started, by, tumble)
  yield washed
  yield* notifying(scene, washed, by, {
    template: 'wash-complete',
    title: 'The washing is done',
    target: { kind: 'laundry', id: cycleId },
    action: 'done',
  })
  const dryMinutes = tumble ? random.integer(50, 120) : random.integer(480, 1_200)
  yield dryMinutes
  const dried = dryComplete(scene, cycleId, washed, tumble, dryMinutes)
  yield dried
  yield scene.event(
    'households',
    'household.activity',
    { kind: 'laundry-ready', summary: 'Laundry is ready to fold', about: { kind: 'laundry', id: cycleId } },
    { cause: dried },
  )
}

function start(scene: Scene, by: Member, cycleId: string): { started: SimulatedEvent; minutes: number } {
  const { random, household } = scene
  const { program, kind, temperatureCelsius, spinRpm, wash, rinse, spin } = random.pick(programs)
  const minutes = wash + rinse + spin
  const started = scene.event(
    'laundry',
    'laundry.started',
    {
      cycleId,
      machine: { machineId: household.washerId, kind: 'washer' },
      load: { kind, weightGrams: random.integer(20, 80) * 100, ownerIds: [by.userId] },
      program,
      temperatureCelsius,
      spinRpm,
      phases: [
        { phase: 'wash', durationMinutes: wash },
        { phase: 'rinse', durationMinutes: rinse },
        { phase: 'spin', durationMinutes: spin },
      ],
      expectedEndAt: scene.at(minutes),
      startedBy: by.userId,
    },
    { by },
  )
  return { started, minutes }
}

function washComplete(
  scene: Scene,
  cycleId: string,
  cause: SimulatedEvent,
  by: Member,
  tumble: boolean,
): SimulatedEvent {
  const { random, household } = scene
  return scene.event(
    'laundry',
    'laundry.wash.complete',
    {
      cycleId,
      machine: { machineId: household.washerId, kind: 'washer' },
      energyWattHours: random.integer(300, 1_100),
      waterLitres: random.integer(80, 140) / 2,
      next: tumble ? 'tumble-dry' : 'line-dry',
      completedAt: scene.at(0),
      startedBy: by.userId,
    },
    { cause },
  )
}

function dryComplete(
  scene: Scene,
  cycleId: string,
  cause: SimulatedEvent,
  tumble: boolean,
  dryMinutes: number,
): SimulatedEvent {
  const { random, household } = scene
  const completedAt = scene.at(0)
  const data = tumble
    ? ({
        cycleId,
        machine: { machineId: household.dryerId, kind: 'dryer' },
        method: 'tumble',
        dryMinutes,
        energyWattHours: random.integer(900, 2_200),
        completedAt,
      } as const)
    : ({ cycleId, method: 'line', dryMinutes, completedAt } as const)
  return scene.event('laundry', 'laundry.dry.complete', data, { cause })
}
