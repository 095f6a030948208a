import { describe, expectTypeOf, it } from 'vitest'
import { createUsersPublisher, onUsers, type UsersPublisher } from './index.ts'

const user = { userId: 'user-001' }
const good = { method: 'passkey' } as const
const incomplete = { newDevice: true } as const
declare const users: UsersPublisher

describe('a publisher of users', () => {
  it('takes data of the contract', () => {
    expectTypeOf(createUsersPublisher).returns.toEqualTypeOf<UsersPublisher>()
    void users.publish('user.logged.in', good, user)
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no user.login
    void users.publish('user.login', good, user)
  })

  it('refuses data without a required field', () => {
    // @ts-expect-error method is missing
    void users.publish('user.logged.in', incomplete, user)
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error there is no password
    void users.publish('user.logged.in', { ...good, password: 'hunter2' }, user)
  })

  it('refuses a value that the enumeration does not have', () => {
    // @ts-expect-error no such method
    void users.publish('user.logged.in', { ...good, method: 'oracle' }, user)
  })

  it('refuses an event without its user', () => {
    // @ts-expect-error userId is missing
    void users.publish('user.logged.in', good, { householdId: 'household-001' })
  })
})

describe('handlers of users', () => {
  it('get typed data, in which an open enumeration may be any text', () => {
    onUsers({
      'user.logged.in': (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'user.logged.in'>()
        expectTypeOf(event.userId).toEqualTypeOf<string>()
        expectTypeOf<string>().toExtend<NonNullable<typeof event.data.method>>()
        // @ts-expect-error the contract has no password
        void event.data.password
      },
    })
  })

  it('refuse a key that is no type of the domain', () => {
    // @ts-expect-error there is no user.login
    onUsers({ 'user.login': () => undefined })
  })
})
