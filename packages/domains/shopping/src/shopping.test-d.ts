import { describe, expectTypeOf, it } from 'vitest'
import { createShoppingPublisher, onShopping, type ShoppingPublisher } from './index.ts'

const household = { householdId: 'household-001' }
const good = { itemId: 'item-001', listId: 'list-001', name: 'Milk', category: 'dairy' } as const
const incomplete = { itemId: 'item-001', name: 'Milk' } as const
declare const shopping: ShoppingPublisher

describe('a publisher of shopping', () => {
  it('takes data of the contract', () => {
    expectTypeOf(createShoppingPublisher).returns.toEqualTypeOf<ShoppingPublisher>()
    void shopping.publish('shopping.item.added', good, household)
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no shopping.item.bought
    void shopping.publish('shopping.item.bought', good, household)
  })

  it('refuses data without a required field', () => {
    // @ts-expect-error listId is missing
    void shopping.publish('shopping.item.added', incomplete, household)
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error there is no colour
    void shopping.publish('shopping.item.added', { ...good, colour: 'red' }, household)
  })

  it('refuses a value that the enumeration does not have', () => {
    // @ts-expect-error no such category
    void shopping.publish('shopping.item.added', { ...good, category: 'milk' }, household)
  })

  it('refuses an event without its household', () => {
    // @ts-expect-error householdId is missing
    void shopping.publish('shopping.item.added', good, { userId: 'user-001' })
  })
})

describe('handlers of shopping', () => {
  it('get typed data, in which an open enumeration may be any text', () => {
    onShopping({
      'shopping.item.added': (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'shopping.item.added'>()
        expectTypeOf(event.householdId).toEqualTypeOf<string>()
        expectTypeOf<string>().toExtend<NonNullable<typeof event.data.category>>()
        // @ts-expect-error the contract has no colour
        void event.data.colour
      },
    })
  })

  it('refuse a key that is no type of the domain', () => {
    // @ts-expect-error there is no shopping.item.bought
    onShopping({ 'shopping.item.bought': () => undefined })
  })
})
