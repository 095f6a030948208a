import type { Shelf } from './shelf.ts'
import type { SoakStack } from './stack.ts'

/** How much of a case is run: `short` in about 40 s, `full` as long as its figure asks for. */
export type Form = 'short' | 'full'

/** Something that has to hold under faults, in parts that can be run alone and resumed. */
export interface SoakCase {
  /** `producer-cuts`. */
  readonly name: string
  /** What is done, in one sentence. */
  readonly title: string
  parts(form: Form, seed: number): readonly SoakPart[]
}

/** One run of a case, whose report is kept: a resumed soak skips it. */
export interface SoakPart {
  /** Its name within the case; the same form and seed give the same names. */
  readonly name: string
  /** Runs it; what it throws counts as a missed figure and ends the part alone. */
  run(context: SoakContext): Promise<PartReport>
}

/** What a part is given. */
export interface SoakContext {
  readonly form: Form
  readonly seed: number
  /** Aborts when the soak is interrupted. */
  readonly signal: AbortSignal
  /** Where the programs of this part keep their logs. */
  readonly logDir: string
  /** Says how far the part is. */
  log(line: string): void
  /** The servers that the parts of a soak share, behind fault proxies; started with the first call. */
  stack(): Promise<SoakStack>
  /** What parts leave for those after them; emptied when the soak ends. */
  readonly shelf: Shelf
}

/** What must be zero, whatever fails. */
export interface Invariants {
  /** Acknowledged events that Kafka or MongoDB does not have. */
  readonly missing: number
  /** Messages that were recorded more than once. */
  readonly recordedTwice: number
  /** Events whose effect under `once` was had more than once. */
  readonly effectsTwice: number
  /** Events that came before an earlier one of their key, in the topic or in effects. */
  readonly outOfOrder: number
  /** Messages neither recorded nor in quarantine, and events neither handled nor dead-lettered. */
  readonly unaccounted: number
}

/** A figure of a part; without a goal it is only reported. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What was to be reached, in words: `at most 1`. */
  readonly goal?: string
  readonly met: boolean
}

/** What a part found. */
export interface PartReport {
  /** Acknowledged events. */
  readonly events: number
  /** Faults that hit. */
  readonly faults: number
  readonly invariants: Invariants
  readonly figures: readonly Figure[]
}

/** Nothing wrong. */
export const noViolations: Invariants = {
  missing: 0,
  recordedTwice: 0,
  effectsTwice: 0,
  outOfOrder: 0,
  unaccounted: 0,
}

/** A figure that is only reported. */
export function reported(name: string, value: number, unit: string): Figure {
  return { name, value, unit, met: true }
}

/** A figure that must not be above a limit. */
export function atMost(name: string, value: number, limit: number, unit: string): Figure {
  return { name, value, unit, goal: `at most ${limit}`, met: value <= limit }
}

/** A figure that must not be below a limit. */
export function atLeast(name: string, value: number, limit: number, unit: string): Figure {
  return { name, value, unit, goal: `at least ${limit}`, met: value >= limit }
}
