import { defineEvent, type EventContract } from '@house-helper/events-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryField, arbitrarySchema } from '../../test/arbitrary-schema.ts'
import { arbitraryValue } from '../../test/arbitrary-value.ts'
import { mutatedSchema } from '../../test/mutated-schema.ts'
import { zodDataOf } from '../../test/zod-of.ts'
import type { ContractSchema, JsonValue } from '../contract-schema.ts'
import { schemaOfSide } from '../schema-side.ts'
import { fits } from './fits.ts'
import { partyOfContract } from './party.ts'
import { provenGaps } from './proof.ts'
import { subset } from './subset.ts'

const pairCount = 10_000
const eventCount = 4

/** One required field, so that every event has what is changed. */
const single = arbitraryField.map((a): ContractSchema => {
  return { type: 'object', properties: { a }, required: ['a'], additionalProperties: false }
})
/** A schema and what somebody made of it, the one as the writer or the other. */
const pairs = fc
  .tuple(
    fc
      .oneof(arbitrarySchema, single)
      .chain((one) => fc.tuple(fc.constant(one), fc.oneof(mutatedSchema(one), arbitrarySchema))),
    fc.boolean(),
  )
  .map(([[one, other], isTurned]) => (isTurned ? ([other, one] as const) : ([one, other] as const)))

function contractOf(schema: ContractSchema): EventContract {
  const data = zodDataOf(schema)
  return defineEvent({ type: 'thing.done', version: '1.0', description: 'A thing.', data, example: {} as never })
}

/** Events for a pair: what the one would write, and what the other, which meets the first just where they part. */
function eventsFor(writer: ContractSchema, reader: ContractSchema, seed: number): readonly JsonValue[] {
  return [writer, reader].flatMap((schema) =>
    fc.sample(fc.noBias(arbitraryValue(schema)), { numRuns: eventCount, seed }),
  )
}

/** An event that a publisher of the writer may send and a handler of the reader is not given; undefined where none is. */
function refutation(writer: ContractSchema, reader: ContractSchema, seed: number): JsonValue | undefined {
  const closed = schemaOfSide(writer, 'publisher')
  // zod has the last word, but builds its schemas slowly: what does not fit the publisher's is no event of it anyhow.
  const published = eventsFor(writer, reader, seed).filter((event) => fits(closed, event))
  if (published.length === 0) return undefined
  const [publisher, handler] = [contractOf(writer), contractOf(reader)]
  return published.find((event) => publisher.check('publisher', event).ok && !handler.check('reader', event).ok)
}

describe('subset', () => {
  it(`is never sure of what an event refutes, in ${pairCount} pairs of schemas`, () => {
    const counts = { sure: 0, gaps: 0 }
    fc.assert(
      fc.property(pairs, fc.nat(), ([writer, reader], seed) => {
        if (subset(schemaOfSide(writer, 'publisher'), schemaOfSide(reader, 'reader')).length > 0) {
          counts.gaps++
          return
        }
        counts.sure++
        expect(refutation(writer, reader, seed)).toBeUndefined()
      }),
      { numRuns: pairCount },
    )
    // Where it were sure of nothing, it could not be refuted.
    expect(Math.min(counts.sure, counts.gaps), JSON.stringify(counts)).toBeGreaterThan(pairCount / 10)
  }, 600_000)

  it('is sure that each schema’s readers take what its own publishers write', () => {
    fc.assert(
      fc.property(arbitrarySchema, (schema) => {
        expect(subset(schemaOfSide(schema, 'publisher'), schemaOfSide(schema, 'reader'))).toEqual([])
      }),
    )
  })

  it('proves nearly every gap by an event that the real checks split on', () => {
    const counts = { proven: 0, unknown: 0 }
    fc.assert(
      fc.property(pairs, ([writer, reader]) => {
        const [publisher, handler] = [partyOfContract(contractOf(writer)), partyOfContract(contractOf(reader))]
        for (const { example } of provenGaps(publisher, handler)) {
          if (example === undefined) counts.unknown++
          else {
            counts.proven++
            expect(publisher.refusals('publisher', example)).toEqual([])
            expect(handler.refusals('reader', example)).not.toEqual([])
          }
        }
      }),
      { numRuns: 300 },
    )
    expect(counts.proven, JSON.stringify(counts)).toBeGreaterThan(4 * counts.unknown)
  }, 120_000)
})
