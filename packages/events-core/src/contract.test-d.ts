import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import type { HandledData, PublishedData, SubjectOf } from './contract.ts'
import { defineEvent } from './define-event.ts'
import { type ContractOf, defineDomain, type EventTypeOf, type SubjectFields } from './domain.ts'
import { openEnum } from './fields.ts'

const lit = defineEvent({
  type: 'lamp.lit',
  version: '1.0',
  description: 'A lamp was lit.',
  data: z.object({ lampId: z.string(), colour: openEnum(['red', 'blue']) }),
  example: { lampId: 'lamp-1', colour: 'red' },
})
const dimmed = defineEvent({
  type: 'lamp.dimmed',
  version: '1.0',
  subject: 'user',
  description: 'A lamp was dimmed.',
  data: z.object({ lampId: z.string() }),
  example: { lampId: 'lamp-1' },
})
const lamps = defineDomain({ name: 'lamps', events: [lit, dimmed] })

describe('contracts', () => {
  it('are known by the literal of their type', () => {
    expectTypeOf<EventTypeOf<typeof lamps>>().toEqualTypeOf<'lamp.lit' | 'lamp.dimmed'>()
    expectTypeOf<ContractOf<typeof lamps, 'lamp.lit'>>().toEqualTypeOf<typeof lit>()
    expectTypeOf<ContractOf<typeof lamps, 'lamp.unlit'>>().toEqualTypeOf<never>()
  })

  it('close an open enum for publishers and open it for handlers', () => {
    expectTypeOf<'green'>().not.toExtend<PublishedData<typeof lit>['colour']>()
    expectTypeOf<string>().toExtend<HandledData<typeof lit>['colour']>()
  })

  it('demand the subject that the contract says', () => {
    expectTypeOf<SubjectOf<typeof lit>>().toEqualTypeOf<'household'>()
    expectTypeOf<SubjectOf<typeof dimmed>>().toEqualTypeOf<'user'>()
    expectTypeOf<{ userId: string }>().not.toExtend<SubjectFields<typeof lit>>()
    expectTypeOf<{ userId: string }>().toExtend<SubjectFields<typeof dimmed>>()
  })

  it('refuse an example that breaks the schema', () => {
    defineEvent({
      type: 'lamp.broken',
      version: '1.0',
      description: 'A lamp broke.',
      data: z.object({ lampId: z.string() }),
      // @ts-expect-error lampId is a text
      example: { lampId: 1 },
    })
  })
})
