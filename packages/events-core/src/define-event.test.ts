import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent } from './define-event.ts'
import { defineDomain } from './domain.ts'

const definition = {
  type: 'lamp.lit',
  version: '1.0',
  description: 'A lamp was lit.',
  data: z.object({ lampId: z.string(), watts: z.int().optional() }),
  example: { lampId: 'lamp-1' },
} as const

describe('defineEvent', () => {
  it('keeps type, version, major and subject', () => {
    expect(defineEvent({ ...definition, version: '12.3' })).toMatchObject({
      type: 'lamp.lit',
      version: '12.3',
      major: 12,
      subject: 'household',
    })
  })

  it.each(['Lamp.lit', 'lamp', 'lamp..lit', 'lamp.lit ', ''])('refuses the type %j', (type) => {
    expect(() => defineEvent({ ...definition, type })).toThrow(expect.objectContaining({ code: 'CONTRACT_INVALID' }))
  })

  it.each(['1', '0.1', '1.0.0', 'v1.0'])('refuses the version %j', (version) => {
    expect(() => defineEvent({ ...definition, version })).toThrow('write major.minor')
  })

  it('names the path of a schema that it refuses', () => {
    const data = z.object({ inner: z.object({ when: z.date() }) })
    expect(() => defineEvent({ ...definition, data, example: { inner: { when: new Date() } } })).toThrow(
      'at data.inner.when, z.date',
    )
  })

  it('reads each published field exactly once, so that what is checked is what is sent', () => {
    let reads = 0
    const data = {
      get lampId() {
        reads += 1
        return reads === 1 ? 'lamp-1' : 42
      },
    }
    expect(defineEvent(definition).check('publisher', data)).toEqual({ ok: true, value: { lampId: 'lamp-1' } })
    expect(reads).toBe(1)
  })

  it('names the field that is wrong', () => {
    expect(defineEvent(definition).check('publisher', { lampId: 'x', watts: 1.5, colour: 'red' })).toEqual({
      ok: false,
      issues: [
        { path: 'data.watts', message: expect.stringContaining('int') },
        { path: 'data', message: expect.stringContaining('"colour"') },
      ],
    })
  })
})

describe('defineDomain', () => {
  const lit = defineEvent(definition)

  it('finds a contract by its type', () => {
    const lamps = defineDomain({ name: 'lamps', events: [lit] })
    expect([lamps.contract('lamp.lit'), lamps.contract('toString')]).toEqual([lit, undefined])
  })

  it.each(['inbox', 'dead', 'Lamps', 'a.b', ''])('refuses the name %j', (name) => {
    expect(() => defineDomain({ name, events: [lit] })).toThrow(expect.objectContaining({ code: 'DOMAIN_INVALID' }))
  })

  it('refuses a type that appears twice', () => {
    expect(() => defineDomain({ name: 'lamps', events: [lit, defineEvent(definition)] })).toThrow('lamp.lit twice')
  })
})
