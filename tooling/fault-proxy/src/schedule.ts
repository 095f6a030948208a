import type { Fault, FaultKind } from './fault.ts'

/** A fault and when to let it loose, in milliseconds after the one before. */
export interface ScheduledFault {
  readonly afterMs: number
  readonly fault: Fault
}

/** What a random schedule is made of. */
export interface ScheduleOptions {
  /** The same number gives the same schedule. */
  readonly seed: number
  readonly faults: number
  readonly kinds: readonly FaultKind[]
  /** The requests that may be hit, one a fault. */
  readonly requests: readonly string[]
  /** The longest pause between two faults, in milliseconds. */
  readonly maxPauseMs: number
  /** The longest delay, in milliseconds. */
  readonly maxDelayMs: number
}

/** Makes a schedule that can be made again from its seed. */
export function randomSchedule(options: ScheduleOptions): ScheduledFault[] {
  const random = randomNumbers(options.seed)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  return Array.from({ length: options.faults }, () => ({
    afterMs: Math.round(random() * options.maxPauseMs),
    fault: {
      kind: pick(options.kinds),
      requests: [pick(options.requests)],
      skip: Math.floor(random() * 4),
      delayMs: Math.round(random() * options.maxDelayMs),
    },
  }))
}

/** Numbers from 0 up to 1, the same ones for the same seed. Source: mulberry32, by Tommy Ettinger (public domain). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
