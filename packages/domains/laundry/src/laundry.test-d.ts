import { describe, expectTypeOf, it } from 'vitest'
import { createLaundryPublisher, type LaundryPublisher, onLaundry } from './index.ts'

const household = { householdId: 'household-001' }
const good = { cycleId: 'cycle-001', program: 'eco' } as const
const incomplete = { program: 'eco' } as const
declare const laundry: LaundryPublisher

describe('a publisher of laundry', () => {
  it('takes data of the contract', () => {
    expectTypeOf(createLaundryPublisher).returns.toEqualTypeOf<LaundryPublisher>()
    void laundry.publish('laundry.started', good, household)
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no laundry.begun
    void laundry.publish('laundry.begun', good, household)
  })

  it('refuses data without a required field', () => {
    // @ts-expect-error cycleId is missing
    void laundry.publish('laundry.started', incomplete, household)
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error there is no colour
    void laundry.publish('laundry.started', { ...good, colour: 'red' }, household)
  })

  it('refuses a value that the enumeration does not have', () => {
    // @ts-expect-error no such program
    void laundry.publish('laundry.started', { ...good, program: 'turbo' }, household)
  })

  it('refuses an event without its household', () => {
    // @ts-expect-error householdId is missing
    void laundry.publish('laundry.started', good, { userId: 'user-001' })
  })
})

describe('handlers of laundry', () => {
  it('get typed data, in which an open enumeration may be any text', () => {
    onLaundry({
      'laundry.started': (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'laundry.started'>()
        expectTypeOf(event.householdId).toEqualTypeOf<string>()
        expectTypeOf<string>().toExtend<NonNullable<typeof event.data.program>>()
        // @ts-expect-error the contract has no colour
        void event.data.colour
      },
    })
  })

  it('refuse a key that is no type of the domain', () => {
    // @ts-expect-error there is no laundry.begun
    onLaundry({ 'laundry.begun': () => undefined })
  })
})
