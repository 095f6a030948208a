import { defineHandlers, type HandlerSet, type Handlers } from '@house-helper/consumer'
import { defineDomain, defineEvent, id, openEnum } from '@house-helper/events-core'
import { z } from 'zod'
import { defineTestKit, type TestKit } from '../src/index.ts'

const lampLit = defineEvent({
  type: 'lamp.lit',
  version: '1.2',
  description: 'A lamp was lit.',
  data: z.object({ lampId: id(), watts: z.int().optional(), colour: openEnum(['warm', 'cold']).optional() }),
  example: { lampId: 'lamp-001', watts: 60 },
})

const lampDimmed = defineEvent({
  type: 'lamp.dimmed',
  version: '1.0',
  description: 'A lamp was dimmed.',
  data: z.object({ lampId: id(), watts: z.int() }),
  example: { lampId: 'lamp-001', watts: 20 },
})

const personMoved = defineEvent({
  type: 'person.moved',
  version: '1.0',
  subject: 'user',
  description: 'A person moved to another room.',
  data: z.object({ room: z.string() }),
  example: { room: 'kitchen' },
})

/** A domain about households, as a domain package exports it. */
export const lamps = defineDomain({ name: 'lamps', events: [lampLit, lampDimmed] })

/** A domain about users. */
export const people = defineDomain({ name: 'people', events: [personMoved] })

const lampKit = defineTestKit(lamps)

/** What `@house-helper/lamps/testing` would export. */
export const createLampsTest: TestKit<typeof lamps>['createTest'] = lampKit.createTest
export const lampsEvent: TestKit<typeof lamps>['event'] = lampKit.event
export const foreignLampsEvent: TestKit<typeof lamps>['foreignEvent'] = lampKit.foreignEvent
export const peopleEvent: TestKit<typeof people>['event'] = defineTestKit(people).event

/** What `@house-helper/lamps` would export. */
export function onLamps(handlers: Handlers<typeof lamps>): HandlerSet {
  return defineHandlers(lamps, handlers)
}

/** What `@house-helper/people` would export. */
export function onPeople(handlers: Handlers<typeof people>): HandlerSet {
  return defineHandlers(people, handlers)
}
