import { defineDomain, defineEvent, id } from '@house-helper/events-core'
import { z } from 'zod'

const definition = {
  version: '1.0',
  description: 'Something happened in a test.',
  data: z.object({ step: z.int(), note: z.string().optional() }),
  example: { step: 1 },
} as const

/** A domain of household events. */
export const chores = defineDomain({
  name: 'chores',
  events: [
    defineEvent({ ...definition, type: 'chore.started' }),
    defineEvent({ ...definition, type: 'chore.finished', data: z.object({ by: id() }), example: { by: 'user-1' } }),
    defineEvent({ ...definition, type: 'chore.noted' }),
  ],
})

/** A domain of user events. */
export const people = defineDomain({
  name: 'people',
  events: [defineEvent({ ...definition, type: 'person.moved', subject: 'user' })],
})
