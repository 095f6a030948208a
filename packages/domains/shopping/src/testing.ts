import type { Domain } from '@house-helper/events-core'
import { defineTestKit, type TestKit, type TestWorld } from '@house-helper/testing'
import { shopping } from './domain.ts'

export {
  createTestClock,
  type TestClock,
  type TestClockOptions,
  type TestDeadLetter,
  type TestingError,
  type TestOptions,
} from '@house-helper/testing'

const kit: TestKit<typeof shopping> = defineTestKit(shopping)

/** A world in which a service of this domain is tested; `Other` are further domains whose events it handles. */
export type ShoppingTest<Other extends Domain = never> = TestWorld<typeof shopping, Other>

/**
 * Creates a world in which a service of this domain is tested: a real publisher and a real subscriber over topics in
 * memory, with a clock that stands still. Close it after the test.
 */
export const createShoppingTest: TestKit<typeof shopping>['createTest'] = kit.createTest

/**
 * Makes a valid event of this domain: the contract's example with some of its data changed, a new id, and now.
 *
 * @throws TestingError `EVENT_INVALID` naming each path that breaks the contract.
 */
export const shoppingEvent: TestKit<typeof shopping>['event'] = kit.event

/**
 * Makes a valid event of this domain as the Go service writes it, without key and metadata; its data may have what the
 * contract does not know.
 *
 * @throws TestingError `EVENT_INVALID` naming each path that breaks the contract.
 */
export const foreignShoppingEvent: TestKit<typeof shopping>['foreignEvent'] = kit.foreignEvent
