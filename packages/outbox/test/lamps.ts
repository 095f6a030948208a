import { defineDomain, defineEvent } from '@house-helper/events-core'
import { z } from 'zod'

/** A domain to publish in tests. */
export const lamps = defineDomain({
  name: 'lamps',
  events: [
    defineEvent({
      type: 'lamp.lit',
      version: '1.0',
      description: 'A lamp was lit.',
      data: z.object({ lampId: z.string(), step: z.int().optional() }),
      example: { lampId: 'lamp-001' },
    }),
    defineEvent({
      type: 'lamp.bought',
      version: '1.0',
      subject: 'user',
      description: 'A lamp was bought.',
      data: z.object({ lampId: z.string() }),
      example: { lampId: 'lamp-001' },
    }),
  ],
})
