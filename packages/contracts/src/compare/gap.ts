import type { ContractSchema, JsonValue } from '../contract-schema.ts'

/** A value that may show a gap, with the place in it. */
export interface Candidate {
  readonly value: JsonValue
  /** Names and indexes from the root of the data. */
  readonly place: readonly string[]
}

/** A place where what a writer may write is not surely what a reader takes. */
export interface Gap {
  /** As in the contract: `list.[].name`; `*` for any key of a record, `|red` for an option of a union. */
  readonly path: readonly string[]
  /** What the reader does, as the end of a sentence. */
  readonly reason: string
  /** None where no value was found that may show it. */
  readonly candidates: readonly Candidate[]
}

/** A gap at this very place, shown by these values. */
export function gap(reason: string, values: readonly (JsonValue | undefined)[]): Gap[] {
  const found = values.filter((value) => value !== undefined).slice(0, 8)
  return [{ path: [], reason, candidates: found.map((value) => ({ value, place: [] })) }]
}

/** What is around a value: a property's object, an item's array. */
export interface Surroundings {
  /** The step in the contract's path; empty where a union or null adds none. */
  readonly step?: string
  /** The step in the data. */
  readonly name?: string
  /** The whole for a value at that step; undefined where none was found. */
  around(value: JsonValue): JsonValue | undefined
}

/** Gaps inside of something, as gaps of the whole. */
export function within(gaps: readonly Gap[], { step, name, around }: Surroundings): Gap[] {
  return gaps.map((inner) => ({
    path: step === undefined ? inner.path : [step, ...inner.path],
    reason: inner.reason,
    candidates: inner.candidates.flatMap(({ value, place }) => {
      const whole = around(value)
      return whole === undefined ? [] : [{ value: whole, place: name === undefined ? place : [name, ...place] }]
    }),
  }))
}

/** The step of a union's option in paths: the values of its discriminator. */
export function optionStep(option: ContractSchema, discriminator: string): string {
  const { const: constant, enum: listed } = option.properties?.[discriminator] ?? {}
  return `|${constant === undefined ? (listed ?? ['?']).join(',') : constant}`
}
