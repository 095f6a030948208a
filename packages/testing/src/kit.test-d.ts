import { describe, expectTypeOf, it } from 'vitest'
import type { createLampsTest, people } from '../test/lamps.ts'
import { foreignLampsEvent, type lamps, lampsEvent, peopleEvent } from '../test/lamps.ts'
import type { TestWorld } from './world.ts'

declare const world: TestWorld<typeof lamps>
declare const wide: TestWorld<typeof lamps, typeof people>
declare const create: typeof createLampsTest

describe('test events', () => {
  it('are typed by their type', () => {
    const event = lampsEvent('lamp.lit', { watts: 5 }, { householdId: 'h' })
    expectTypeOf(event.type).toEqualTypeOf<'lamp.lit'>()
    expectTypeOf(event.data.watts).toEqualTypeOf<number | undefined>()
  })

  it('refuse a type, a field, a value and a subject that the contract does not have', () => {
    // @ts-expect-error there is no lamp.broken
    lampsEvent('lamp.broken')
    // @ts-expect-error there is no volts
    lampsEvent('lamp.lit', { volts: 230 })
    // @ts-expect-error watts is a number
    lampsEvent('lamp.lit', { watts: 'many' })
    // @ts-expect-error no such colour
    lampsEvent('lamp.lit', { colour: 'red' })
    // @ts-expect-error no such field
    lampsEvent('lamp.lit', {}, { household: 'h' })
  })

  it('of foreign publishers may say more, and nothing wrong', () => {
    foreignLampsEvent('lamp.lit', { colour: 'red', volts: 230 })
    // @ts-expect-error watts is a number
    foreignLampsEvent('lamp.lit', { watts: 'many' })
  })
})

describe('a world', () => {
  it('knows the types of its domains', async () => {
    const handled = await world.handled('lamp.lit')
    expectTypeOf(handled.data.watts).toEqualTypeOf<number | undefined>()
    expectTypeOf(handled.householdId).toEqualTypeOf<string>()
    expectTypeOf((await wide.handled(peopleEvent('person.moved'))).data.room).toEqualTypeOf<string>()
    const [dimmed] = await world.published('lamp.dimmed')
    expectTypeOf(dimmed?.data.watts).toEqualTypeOf<number | undefined>()
    await wide.deliver(peopleEvent('person.moved'))
    await wide.deliver(lampsEvent('lamp.lit'))
    expectTypeOf(create).toBeCallableWith({ groupId: 'g' })
  })

  it('refuses what its domains do not have', () => {
    // @ts-expect-error there is no lamp.broken
    void world.handled('lamp.broken')
    // @ts-expect-error people is none of its domains
    void world.deliver(peopleEvent('person.moved'))
    // @ts-expect-error there is no lamp.broken
    void world.published('lamp.broken')
  })

  it('refuses a setting that it does not have', () => {
    // @ts-expect-error there is no group
    void create({ group: 'g' })
  })
})

describe('a scenario', () => {
  it('takes patterns of its domains', () => {
    void world
      .given([lampsEvent('lamp.lit')])
      .when(() => {})
      .then({
        published: ['lamp.lit', { type: 'lamp.dimmed', data: { watts: 5 } }],
        deadLettered: [{ type: 'lamp.lit', failure: { code: 'REJECTED' } }],
      })
  })

  it('refuses a type, a field or a value that the contract does not have', () => {
    const scenario = world.given().when(lampsEvent('lamp.lit'))
    // @ts-expect-error there is no lamp.broken
    void scenario.then({ published: ['lamp.broken'] })
    // @ts-expect-error there is no volts
    void scenario.then({ published: [{ type: 'lamp.lit', data: { volts: 230 } }] })
    // @ts-expect-error watts is a number
    void scenario.then({ handled: [{ type: 'lamp.lit', data: { watts: 'many' } }] })
    // @ts-expect-error only what has failed has a failure
    void scenario.then({ handled: [{ type: 'lamp.lit', failure: {} }] })
  })

  it('cannot be awaited without then', async () => {
    // @ts-expect-error nothing would be checked
    await world.given().when(lampsEvent('lamp.lit'))
  })
})
