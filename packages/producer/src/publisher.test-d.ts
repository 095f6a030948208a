import { describe, expectTypeOf, it } from 'vitest'
import type { lamps } from '../test/lamps.ts'
import type { Published, Publisher, PublisherOptions, UndeliveredEvent } from './index.ts'

declare const publisher: Publisher<typeof lamps>

describe('publish', () => {
  it('takes the data and the subject of the type that it names', () => {
    const published = publisher.publish('lamp.lit', { lampId: 'lamp-1', watts: 8 }, { householdId: 'household-1' })
    expectTypeOf(published).toEqualTypeOf<Promise<Published>>()
    void publisher.publish('lamp.bought', { lampId: 'lamp-1' }, { userId: 'user-1', correlationId: undefined })
  })

  it('takes the event that caused it, or that none did', () => {
    const cause = { id: 'cause-1', correlationId: 'story-1', type: 'lamp.bought' }
    void publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'household-1', cause })
    void publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'household-1', cause: null })
    // @ts-expect-error an id says nothing of the story that the event belongs to
    void publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'household-1', cause: 'cause-1' })
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no lamp.eaten
    void publisher.publish('lamp.eaten', { lampId: 'lamp-1' }, { householdId: 'household-1' })
  })

  it('refuses data without a field of the contract', () => {
    // @ts-expect-error lampId is missing
    void publisher.publish('lamp.lit', { watts: 8 }, { householdId: 'household-1' })
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error the contract has no colour
    void publisher.publish('lamp.lit', { lampId: 'lamp-1', colour: 'red' }, { householdId: 'household-1' })
  })

  it('refuses the data of another type', () => {
    // @ts-expect-error lamp.bought has no watts
    void publisher.publish('lamp.bought', { lampId: 'lamp-1', watts: 8 }, { userId: 'user-1' })
  })

  it('refuses an event about nobody', () => {
    // @ts-expect-error householdId is missing
    void publisher.publish('lamp.lit', { lampId: 'lamp-1' }, {})
    // @ts-expect-error the fields are missing
    void publisher.publish('lamp.lit', { lampId: 'lamp-1' })
    // @ts-expect-error a user is not whom this event is about
    void publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { userId: 'user-1' })
    // @ts-expect-error userId is missing
    void publisher.publish('lamp.bought', { lampId: 'lamp-1' }, { householdId: 'household-1' })
  })

  it('refuses fields that an event does not have, and metadata that is no text', () => {
    // @ts-expect-error it is spelled householdId
    void publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'h', houseHoldId: 'h' })
    // @ts-expect-error metadata values are texts
    void publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'h', metadata: { count: 7 } })
    // @ts-expect-error correlationId is a field of its own
    void publisher.publish('lamp.lit', { lampId: 'lamp-1' }, { householdId: 'h', metadata: { correlationId: 'c' } })
  })
})

describe('a publisher', () => {
  it('needs a source', () => {
    expectTypeOf<{ brokers: string[] }>().not.toExtend<PublisherOptions>()
    expectTypeOf<{ source: string; brokers: string[] }>().toExtend<PublisherOptions>()
  })

  it('reports what it could not deliver', () => {
    expectTypeOf<Awaited<ReturnType<typeof publisher.close>>['undelivered']>().toEqualTypeOf<
      readonly UndeliveredEvent[]
    >()
  })
})
