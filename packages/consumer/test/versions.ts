import { defineDomain, defineEvent } from '@house-helper/events-core'
import { z } from 'zod'

const event = { type: 'chore.started', description: 'A chore was started.' } as const

const first = defineEvent({
  ...event,
  version: '1.0',
  data: z.object({ step: z.int(), note: z.string().optional() }),
  example: { step: 1 },
})

/** The chores after two breaking changes: steps became a list, and the list got a name. */
export const newChores = defineDomain({
  name: 'chores',
  events: [
    defineEvent({
      ...event,
      version: '3.0',
      data: z.object({ plan: z.object({ steps: z.array(z.int()) }) }),
      example: { plan: { steps: [1] } },
      previous: defineEvent({
        ...event,
        version: '2.0',
        data: z.object({ steps: z.array(z.int().min(0)) }),
        example: { steps: [1] },
        previous: first,
        upcast: ({ step }) => ({ steps: [step] }),
        downcast: ({ steps }) => ({ step: steps[0] ?? 0 }),
      }),
      upcast: ({ steps }) => {
        if (steps.includes(13)) throw new RangeError('no chore has a step 13')
        return { plan: { steps } }
      },
      downcast: ({ plan }) => ({ steps: plan.steps }),
    }),
  ],
})

/** The same chores with 2.0 as their oldest version. */
export const shortChores = defineDomain({
  name: 'chores',
  events: newChores.events.map((contract) => {
    const { type, version, description, schema, example } = contract
    return defineEvent({ type, version, description, data: schema, example })
  }),
})
