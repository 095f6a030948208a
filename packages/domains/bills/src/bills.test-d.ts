import { describe, expectTypeOf, it } from 'vitest'
import { type BillsPublisher, createBillsPublisher, onBills } from './index.ts'

const household = { householdId: 'household-001' }
const amount = { amount: 8450, currency: 'EUR' }
const paidAt = new Date().toISOString()
const good = { billId: 'bill-001', amount, method: 'card', paidBy: 'user-001', paidAt } as const
const incomplete = { billId: 'bill-001', paidBy: 'user-001', paidAt } as const
declare const bills: BillsPublisher

describe('a publisher of bills', () => {
  it('takes data of the contract', () => {
    expectTypeOf(createBillsPublisher).returns.toEqualTypeOf<BillsPublisher>()
    void bills.publish('bill.paid', good, household)
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no bill.payed
    void bills.publish('bill.payed', good, household)
  })

  it('refuses data without a required field', () => {
    // @ts-expect-error amount is missing
    void bills.publish('bill.paid', incomplete, household)
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error there is no iban
    void bills.publish('bill.paid', { ...good, iban: 'DE00' }, household)
  })

  it('refuses a value that the enumeration does not have', () => {
    // @ts-expect-error no such method
    void bills.publish('bill.paid', { ...good, method: 'gold' }, household)
  })

  it('refuses an event without its household', () => {
    // @ts-expect-error householdId is missing
    void bills.publish('bill.paid', good, { userId: 'user-001' })
  })
})

describe('handlers of bills', () => {
  it('get typed data, in which an open enumeration may be any text', () => {
    onBills({
      'bill.paid': (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'bill.paid'>()
        expectTypeOf(event.householdId).toEqualTypeOf<string>()
        expectTypeOf<string>().toExtend<NonNullable<typeof event.data.method>>()
        // @ts-expect-error the contract has no iban
        void event.data.iban
      },
    })
  })

  it('refuse a key that is no type of the domain', () => {
    // @ts-expect-error there is no bill.payed
    onBills({ 'bill.payed': () => undefined })
  })
})
