import type { JsonValue } from '../contract-schema.ts'
import { schemaOfSide } from '../schema-side.ts'
import type { Candidate, Gap } from './gap.ts'
import type { Party } from './party.ts'
import { subset } from './subset.ts'

/** A gap with what became of its candidates: an example that the real checks split on, or none. */
export interface ProvenGap {
  /** `list.[].name`. */
  readonly path: readonly string[]
  /** What the reader does, as the end of a sentence. */
  readonly reason: string
  /** Data that the writer's check takes and the reader's refuses. Absent: nobody knows whether there is any. */
  readonly example?: JsonValue
}

/** The gaps between what one version's publishers write and what another one's readers take, each put to the test. */
export function provenGaps(writer: Party, reader: Party): readonly ProvenGap[] {
  const gaps = subset(schemaOfSide(writer.schema, 'publisher'), schemaOfSide(reader.schema, 'reader'), writer.example)
  return gaps.map((gap) => proven(gap, writer, reader))
}

function proven({ path, reason, candidates }: Gap, writer: Party, reader: Party): ProvenGap {
  const split = candidates.find((candidate) => splits(candidate, writer, reader))
  return split === undefined ? { path, reason } : { path, reason, example: split.value }
}

/** Whether the writer's check takes it and the reader's refuses it, and at that very place. */
function splits({ value, place }: Candidate, writer: Party, reader: Party): boolean {
  const refusals = reader.refusals('reader', value)
  return refusals.some((refusal) => touches(refusal, place)) && writer.refusals('publisher', value).length === 0
}

/** A missing property is told at its object or at itself, a wrong option of a union at the union or inside of it. */
function touches(a: readonly string[], b: readonly string[]): boolean {
  // zod's issues are told with dots, which a record's key may have itself.
  const [one, other] = [a, b].map((place) => place.map((part) => `${part}.`).join('')) as [string, string]
  return one.startsWith(other) || other.startsWith(one)
}
