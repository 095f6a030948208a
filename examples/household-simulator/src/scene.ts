import type { Household, Member } from './household.ts'
import type { Random } from './random.ts'
import type { DataByDomain, DomainName, SimulatedEvent, SimulatedFields, TypeOf } from './simulated-event.ts'

/** A step of a story: an event that happens now, or minutes until the next step. */
export type Step = SimulatedEvent | number

/** A story is something that goes on in a household: events with time between them. */
export type Story = Generator<Step, void, void>

/** Who did it, or which event caused it. */
export interface Origin {
  readonly by?: Member
  readonly cause?: SimulatedEvent
}

/** A scene is what the stories of one household are told with. */
export interface Scene {
  readonly household: Household
  readonly random: Random
  /** Milliseconds since 1970, where the story is. */
  nowMs(): number
  /** A time some minutes from now, as contracts write times. */
  at(minutesFromNow: number): string
  /** A day some days from now, as contracts write days. */
  day(daysFromNow: number): string
  /** Some member. */
  anyone(): Member
  /** Makes an event that happens now. */
  event<Name extends DomainName, Type extends TypeOf<Name>>(
    domain: Name,
    type: Type,
    data: DataByDomain[Name][Type],
    origin: Origin,
  ): SimulatedEvent
}

/** Sets the scene of a household's stories. */
export function createScene(household: Household, random: Random, nowMs: () => number): Scene {
  const time = timeWriter()
  return {
    household,
    random,
    nowMs,
    at: (minutes) => time(nowMs() + minutes * 60_000),
    day: (days) => time(nowMs() + days * 86_400_000).slice(0, 10),
    anyone: () => random.pick(household.members),
    event: (domain, type, data, origin) =>
      ({ domain, type, data, fields: fieldsOf(household, random, time(nowMs()), origin) }) as unknown as SimulatedEvent,
  }
}

function fieldsOf(
  { householdId }: Household,
  random: Random,
  timestamp: string,
  { by, cause }: Origin,
): SimulatedFields {
  const id = `${secondOf(timestamp)}-${random.text(20)}`
  const userId = by?.userId ?? cause?.fields.userId
  return {
    id,
    householdId,
    ...(userId === undefined ? undefined : { userId }),
    timestamp,
    correlationId: cause?.fields.correlationId ?? id,
    ...(cause === undefined ? undefined : { causationId: cause.fields.id }),
  }
}

/** The second of a time as event ids begin with it: `20260102030405`. */
function secondOf(time: string): string {
  const [year, month, day] = [time.slice(0, 4), time.slice(5, 7), time.slice(8, 10)]
  return year + month + day + time.slice(11, 13) + time.slice(14, 16) + time.slice(17, 19)
}

/** Writes times; the same one twice, which is what happens within a step, costs once. */
function timeWriter(): (ms: number) => string {
  let last = Number.NaN
  let text = ''
  return (ms) => {
    if (ms !== last) {
      last = ms
      text = new Date(ms).toISOString()
    }
    return text
  }
}
