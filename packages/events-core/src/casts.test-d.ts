import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import type { HandledData, PublishedData, VersionOf } from './contract.ts'
import { defineEvent } from './define-event.ts'
import { openEnum } from './fields.ts'

const first = defineEvent({
  type: 'lamp.lit',
  version: '1.0',
  description: 'A lamp was lit.',
  data: z.object({ lampId: z.string(), colour: openEnum(['red', 'blue']) }),
  example: { lampId: 'lamp-1', colour: 'red' },
})
const data = z.object({ lampIds: z.array(z.string()), colour: openEnum(['red', 'blue']) })
const example: z.input<typeof data> = { lampIds: ['lamp-1'], colour: 'red' }
const fields = { type: 'lamp.lit', description: 'A lamp was lit.', data, example } as const
const second = defineEvent({
  ...fields,
  version: '2.0',
  previous: first,
  upcast: (old) => {
    expectTypeOf(old).toEqualTypeOf<HandledData<typeof first>>()
    return { lampIds: [old.lampId], colour: old.colour }
  },
  downcast: (data) => {
    expectTypeOf(data).toEqualTypeOf<PublishedData<typeof second>>()
    return { lampId: data.lampIds[0] ?? '', colour: data.colour }
  },
  publishAs: '1.0',
})
const third = defineEvent({
  ...fields,
  version: '3.0',
  data: z.object({ count: z.int() }),
  example: { count: 1 },
  previous: second,
  upcast: ({ lampIds }) => ({ count: lampIds.length }),
  downcast: ({ count }) => ({ lampIds: new Array<string>(count).fill('unknown'), colour: 'red' }),
})

describe('casts', () => {
  it('know the data of the version before and of their own', () => {
    expectTypeOf<VersionOf<typeof third>>().toEqualTypeOf<'1.0' | '2.0' | '3.0'>()
    expectTypeOf<HandledData<typeof third>>().toEqualTypeOf<{ count: number }>()
  })

  it('are both required with a previous', () => {
    // @ts-expect-error the downcast is missing
    defineEvent({ ...fields, version: '2.0', previous: first, upcast: () => ({ lampIds: [], colour: 'red' }) })
    // @ts-expect-error the upcast is missing
    defineEvent({
      ...fields,
      version: '2.0',
      previous: first,
      downcast: (data) => ({ lampId: data.lampIds.join(), colour: 'red' }),
    })
    // @ts-expect-error both are missing
    defineEvent({ ...fields, version: '2.0', previous: first })
  })

  it('are refused without a previous', () => {
    // @ts-expect-error there is nothing to cast from
    defineEvent({ ...fields, version: '1.0', upcast: () => ({ lampIds: [], colour: 'red' }) })
    // @ts-expect-error there is nothing to publish as
    defineEvent({ ...fields, version: '1.0', publishAs: '1.0' })
  })

  it('are refused where their data is that of another version', () => {
    defineEvent({
      ...fields,
      version: '2.0',
      previous: first,
      // @ts-expect-error lampIds is a list
      upcast: (old) => ({ lampIds: old.lampId, colour: old.colour }),
      downcast: (data) => ({ lampId: data.lampIds.join(), colour: 'red' }),
    })
    defineEvent({
      ...fields,
      version: '2.0',
      previous: first,
      upcast: (old) => ({ lampIds: [old.lampId], colour: old.colour }),
      // @ts-expect-error a publisher of 1.0 could not write this colour
      downcast: (data) => ({ lampId: data.lampIds.join(), colour: 'green' }),
    })
    defineEvent({
      ...fields,
      version: '2.0',
      previous: first,
      // @ts-expect-error there is no such field
      upcast: (old) => ({ lampIds: [old.lampID], colour: old.colour }),
      downcast: (data) => ({ lampId: data.lampIds.join(), colour: 'red' }),
    })
  })

  it('refuse to publish as a version that is none of the chain', () => {
    defineEvent({
      ...fields,
      version: '2.0',
      previous: first,
      upcast: (old) => ({ lampIds: [old.lampId], colour: old.colour }),
      downcast: (data) => ({ lampId: data.lampIds.join(), colour: 'red' }),
      // @ts-expect-error 1.5 was never a version
      publishAs: '1.5',
    })
  })
})
