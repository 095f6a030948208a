import { describe, expectTypeOf, it } from 'vitest'
import { createHouseholdsPublisher, type HouseholdsPublisher, onHouseholds } from './index.ts'

const household = { householdId: 'household-001' }
const good = { memberId: 'user-002', role: 'adult' } as const
const incomplete = { role: 'adult' } as const
declare const households: HouseholdsPublisher

describe('a publisher of households', () => {
  it('takes data of the contract', () => {
    expectTypeOf(createHouseholdsPublisher).returns.toEqualTypeOf<HouseholdsPublisher>()
    void households.publish('household.member.added', good, household)
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no household.member.joined
    void households.publish('household.member.joined', good, household)
  })

  it('refuses data without a required field', () => {
    // @ts-expect-error memberId is missing
    void households.publish('household.member.added', incomplete, household)
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error there is no email
    void households.publish('household.member.added', { ...good, email: 'sam@example.com' }, household)
  })

  it('refuses a value that the enumeration does not have', () => {
    // @ts-expect-error no such role
    void households.publish('household.member.added', { ...good, role: 'king' }, household)
  })

  it('refuses an event without its household', () => {
    // @ts-expect-error householdId is missing
    void households.publish('household.member.added', good, { userId: 'user-001' })
  })
})

describe('handlers of households', () => {
  it('get typed data, in which an open enumeration may be any text', () => {
    onHouseholds({
      'household.member.added': (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'household.member.added'>()
        expectTypeOf(event.householdId).toEqualTypeOf<string>()
        expectTypeOf<string>().toExtend<NonNullable<typeof event.data.role>>()
        // @ts-expect-error the contract has no email
        void event.data.email
      },
    })
  })

  it('refuse a key that is no type of the domain', () => {
    // @ts-expect-error there is no household.member.joined
    onHouseholds({ 'household.member.joined': () => undefined })
  })
})
