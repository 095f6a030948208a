import type { ContractOf, Domain, EventTypeOf, PublishedData } from '@house-helper/events-core'
import { type TestEvent, type TestEventFields, testEvent } from './event.ts'
import { type ForeignData, type ForeignEventFields, foreignEvent } from './foreign-event.ts'
import type { TestOptions } from './options.ts'
import { createTestWorld, type TestWorld } from './world.ts'

/** A test kit is what a domain package offers for tests of the services that use it. */
export interface TestKit<D extends Domain> {
  /**
   * Creates a world in which a service of this domain is tested: a real publisher and a real subscriber over topics in
   * memory, with a clock that stands still. Close it after the test.
   *
   * @throws SubscriberError where the handlers or settings are wrong.
   */
  createTest<Other extends Domain = never, Extra = unknown>(
    options?: TestOptions<Other, Extra>,
  ): Promise<TestWorld<D, Other>>
  /**
   * Makes a valid event as our publishers write it: the contract's example with some of its data changed, a new id, and
   * now. It is about `household-001` and `user-001` where nothing else is said.
   *
   * @throws TestingError `EVENT_INVALID` naming each path that breaks the contract.
   */
  event<Type extends EventTypeOf<D>>(
    type: Type,
    data?: Partial<PublishedData<ContractOf<D, Type>>>,
    fields?: TestEventFields<ContractOf<D, Type>>,
  ): TestEvent<ContractOf<D, Type>>
  /**
   * Makes a valid event as the Go service writes it: a short id, a time with nine digits and an offset, no metadata, and
   * a message without a key. Its data may have what the contract does not know, as handlers have to expect.
   *
   * @throws TestingError `EVENT_INVALID` naming each path that breaks the contract.
   */
  foreignEvent<Type extends EventTypeOf<D>>(
    type: Type,
    data?: ForeignData<ContractOf<D, Type>>,
    fields?: ForeignEventFields,
  ): TestEvent<ContractOf<D, Type>>
}

/** Defines the test kit of a domain; its package exports each part under a name of its own. */
export function defineTestKit<D extends Domain>(domain: D): TestKit<D> {
  return {
    // What `once` gives is what the handlers need: the compiler checks that where this is called.
    createTest: (options = {}) => createTestWorld(domain, options as TestOptions<Domain>) as never,
    event: (type, data, fields) => testEvent(domain, type, data, fields),
    foreignEvent: (type, data, fields) => foreignEvent(domain, type, data, fields),
  }
}
