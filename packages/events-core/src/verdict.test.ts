import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent } from './define-event.ts'
import { defineDomain } from './domain.ts'
import type { Envelope } from './envelope.ts'
import { createJudge, readEvent } from './verdict.ts'

const lit = defineEvent({
  type: 'lamp.lit',
  version: '1.0',
  description: 'A lamp was lit.',
  data: z.object({ watts: z.int() }),
  example: { watts: 5 },
})
const judge = createJudge([defineDomain({ name: 'lamps', events: [lit] })])
const envelope: Envelope = {
  id: 'e-1',
  type: 'lamp.lit',
  source: 'test',
  householdId: 'h',
  timestamp: '2026-01-02T03:04:05Z',
  version: '1.0',
  data: { watts: 5, since: 'unknown to this contract' },
}

describe('judge', () => {
  it('says ok to data with fields that the contract does not have yet', () => {
    expect(judge(envelope)).toEqual({ contract: 'ok' })
  })

  it('says broken, with the path', () => {
    expect(judge({ ...envelope, data: { watts: 'many' } })).toMatchObject({
      contract: 'broken',
      issues: [{ path: 'data.watts' }],
    })
  })

  it('says broken when the subject is missing', () => {
    const { householdId: _, ...rest } = envelope
    expect(judge({ ...rest, userId: 'u' })).toMatchObject({ contract: 'broken', issues: [{ path: 'householdId' }] })
  })

  it('says unknown-type', () => {
    expect(judge({ ...envelope, type: 'lamp.exploded' })).toEqual({ contract: 'unknown-type' })
  })

  it('accepts another minor and says unknown-version to another major', () => {
    expect(judge({ ...envelope, version: '1.9' })).toEqual({ contract: 'ok' })
    expect(judge({ ...envelope, version: '2.0' })).toEqual({ contract: 'unknown-version' })
  })
})

describe('readEvent', () => {
  const newer = defineEvent({
    type: 'lamp.lit',
    version: '2.0',
    description: 'A lamp was lit.',
    data: z.object({ milliwatts: z.int() }),
    example: { milliwatts: 5000 },
    previous: lit,
    upcast: ({ watts }) => ({ milliwatts: watts * 1000 }),
    downcast: ({ milliwatts }) => ({ watts: milliwatts / 1000 }),
  })

  it('gives data of the contract’s own major as it came', () => {
    const reading = readEvent(envelope, lit)
    expect(reading.contract === 'ok' && reading.data).toBe(envelope.data)
  })

  it('gives data of an older major in the newest form, and leaves the envelope as it is', () => {
    const before = structuredClone(envelope)
    expect(readEvent(envelope, newer)).toEqual({ contract: 'ok', data: { milliwatts: 5000 } })
    expect(envelope).toEqual(before)
    expect(createJudge([defineDomain({ name: 'lamps', events: [newer] })])(envelope)).toEqual({ contract: 'ok' })
  })

  it('says all that is wrong with an older event, its data and its subject', () => {
    const { householdId: _, ...nobody } = envelope
    expect(readEvent({ ...nobody, data: { watts: 0.5 } }, newer)).toMatchObject({
      contract: 'broken',
      issues: [{ path: 'data.watts' }, { path: 'householdId' }],
    })
  })

  it('says unknown-version to a major above, and to one below the chain', () => {
    expect(['3.0', '0.9'].map((version) => readEvent({ ...envelope, version }, newer))).toEqual([
      { contract: 'unknown-version' },
      { contract: 'unknown-version' },
    ])
  })
})
