import {
  type ContractOf,
  type Domain,
  type Envelope,
  type EventContract,
  type EventTypeOf,
  type HandledData,
  type Issue,
  isHouseHelperError,
  type JsonObject,
  type PublishedData,
  type SubjectFields,
} from '@house-helper/events-core'
import { type EventFields, type PublishError, stampEvent } from '@house-helper/producer'
import { TestingError } from './errors.ts'

/** A test event is a whole event, ready to be delivered: what stands in its envelope, and the key of its message. */
export type TestEvent<Contract extends EventContract = EventContract> = {
  readonly id: string
  readonly type: Contract['type']
  readonly source: string
  readonly timestamp: string
  readonly version: string
  readonly data: HandledData<Contract>
  readonly metadata?: JsonObject
  /** The message's key, or null for a message without one. */
  readonly key: string | null
} & SubjectFields<Contract>

/** Any test event of a domain. */
export type AnyTestEvent<D extends Domain> = {
  [Type in EventTypeOf<D>]: TestEvent<ContractOf<D, Type>>
}[EventTypeOf<D>]

/** What of a test event a world has to know, whatever domain it is of. */
export type DeliverableEvent = Pick<TestEvent, 'type' | 'key'>

/** What may be said about a test event besides its data. What is left out is made up. */
export type TestEventFields<Contract extends EventContract> = Omit<EventFields, 'signal'> &
  Partial<SubjectFields<Contract>> & {
    /** The service that published it. Default `test`. */
    readonly source?: string
  }

/** Whom test events are about where nothing else is said, as in the examples of the documentation. */
const subject = { householdId: 'household-001', userId: 'user-001' }

/** Makes an event as our publishers write it: the contract's example, a new id, now, and what is given. */
export function testEvent<D extends Domain, Type extends EventTypeOf<D>>(
  domain: D,
  type: Type,
  data: Partial<PublishedData<ContractOf<D, Type>>> = {},
  fields: TestEventFields<ContractOf<D, Type>> = {},
): TestEvent<ContractOf<D, Type>> {
  const { source = 'test', ...others } = fields
  try {
    const stamp = { source, nowMs: Date.now() }
    const stamped = stampEvent(domain, stamp, type, filled(domain, type, data), { ...subject, ...others })
    return asTestEvent(stamped.envelope, Buffer.from(stamped.key).toString())
  } catch (error) {
    if (!isHouseHelperError(error, 'EVENT_INVALID')) throw error
    throw invalid(type, (error as unknown as PublishError).issues, error)
  }
}

/** The data of a contract's example with some of it changed; what is given as undefined is left out. */
export function filled(domain: Domain, type: string, data: object): JsonObject {
  const example = domain.contract(type)?.example as object | undefined
  return Object.fromEntries(Object.entries({ ...example, ...data }).filter(([, value]) => value !== undefined))
}

/** The envelope was checked against the contract, which is where the types come from. */
export function asTestEvent<Contract extends EventContract>(
  envelope: Envelope,
  key: string | null,
): TestEvent<Contract> {
  return { ...envelope, key } as unknown as TestEvent<Contract>
}

/** An event that breaks its contract cannot be made. */
export function invalid(type: string, issues: readonly Issue[], cause?: unknown): TestingError {
  const list = issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
  return new TestingError('EVENT_INVALID', `A ${type} that says this breaks its contract: ${list}.`, { cause })
}
