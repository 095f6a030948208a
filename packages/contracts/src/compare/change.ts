import type { JsonValue } from '../contract-schema.ts'
import { type Difference, differences } from './difference.ts'
import type { Party } from './party.ts'
import { type ProvenGap, provenGaps } from './proof.ts'
import { subjectGaps } from './subject.ts'

/** What a comparison says: `breaking` has an example that was run through both checks, `unknown` has none. */
export type Verdict = 'compatible' | 'breaking' | 'unknown'

/** What a change means in one direction. */
export interface Outcome {
  readonly verdict: Verdict
  /** What the reader does, as the end of a sentence; absent where it is compatible. */
  readonly reason?: string
  /** Where it is breaking: data that the writer may write and the reader refuses. */
  readonly example?: JsonValue
}

/** One change between two versions of an event. */
export interface Change {
  /** `data.list.[].name`, or `subject`. */
  readonly path: string
  /** What changed. */
  readonly what: string
  readonly verdict: Verdict
  /** An event of the older version before a handler of the newer. */
  readonly backward: Outcome
  /** An event of the newer version before a handler of the older. */
  readonly forward: Outcome
}

type Place = Difference & { readonly backward: ProvenGap[]; readonly forward: ProvenGap[] }

/** Compares two versions of one event in both directions, and says of each change what it means. */
export function compareVersions(older: Party, newer: Party): readonly Change[] {
  const changed = differences(older.schema, newer.schema)
  const places: Place[] = changed.map((difference) => ({ ...difference, backward: [], forward: [] }))
  for (const gap of provenGaps(older, newer)) placeOf(places, gap).backward.push(gap)
  for (const gap of provenGaps(newer, older)) placeOf(places, gap).forward.push(gap)
  return [...subjectChange(older, newer), ...places.map(changeAt)]
}

/** The change that a gap comes from: at its place, else around it, else inside of it. */
function placeOf(places: Place[], { path, reason }: ProvenGap): Place {
  const around = places.filter((place) => place.path.every((part, at) => part === path[at]))
  const inside = places.filter((place) => path.every((part, at) => part === place.path[at]))
  const nearest = around.toSorted((a, b) => b.path.length - a.path.length)[0] ?? inside[0]
  if (nearest !== undefined) return nearest
  const place: Place = { path, what: `a reader ${reason}`, backward: [], forward: [] }
  places.push(place)
  return place
}

function changeAt({ path, what, backward, forward }: Place): Change {
  return change(['data', ...path].join('.'), what, outcomeOf(backward), outcomeOf(forward))
}

function change(path: string, what: string, backward: Outcome, forward: Outcome): Change {
  const verdicts = [backward.verdict, forward.verdict]
  const worst = (['breaking', 'unknown'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'compatible'
  return { path, what, verdict: worst, backward, forward }
}

function outcomeOf(gaps: readonly ProvenGap[]): Outcome {
  const gap = gaps.find(({ example }) => example !== undefined) ?? gaps[0]
  if (gap === undefined) return { verdict: 'compatible' }
  const { reason, example } = gap
  return example === undefined ? { verdict: 'unknown', reason } : { verdict: 'breaking', reason, example }
}

function subjectChange(older: Party, newer: Party): Change[] {
  if (older.subject === newer.subject) return []
  const what = `was the ${older.subject}, is the ${newer.subject}`
  return [change('subject', what, outcomeOf(subjectGaps(older, newer)), outcomeOf(subjectGaps(newer, older)))]
}
