import type { DomainNames } from '../domain-names.ts'

type Names = Pick<DomainNames, 'variable' | 'capital'>

/** The publisher of a domain. The same in every domain package. */
export function publisher({ variable, capital }: Names): string {
  return `import { createPublisher, type Publisher, type PublisherOptions } from '@house-helper/producer'
import { ${variable} } from './domain.ts'

/** Publishes the events of this domain. */
export type ${capital}Publisher = Publisher<typeof ${variable}>

/**
 * Creates a publisher of the events of this domain. Brokers come from \`KAFKA_BROKERS\` where the options name none.
 * Close it: \`close()\` sends what is queued.
 */
export function create${capital}Publisher(options: PublisherOptions): ${capital}Publisher {
  return createPublisher(${variable}, options)
}
`
}

/** The handlers of a domain. The same in every domain package. */
export function handlers({ variable, capital }: Names): string {
  return `import { defineHandlers, type HandlerSet, type Handlers, type ReceivedEvent } from '@house-helper/consumer'
import type { ContractOf } from '@house-helper/events-core'
import { type ${capital}EventType, ${variable} } from './domain.ts'

/** Handlers by the event types of this domain; a type may be left out. */
export type ${capital}Handlers = Handlers<typeof ${variable}>

/** An event of this domain as its handler gets it. */
export type ${capital}Event<Type extends ${capital}EventType> = ReceivedEvent<ContractOf<typeof ${variable}, Type>>

/**
 * Defines how a service handles the events of this domain; \`createSubscriber\` takes the result.
 *
 * @throws SubscriberError \`HANDLERS_INVALID\` when a key is no event type of this domain.
 */
export function on${capital}(handlers: ${capital}Handlers): HandlerSet {
  return defineHandlers(${variable}, handlers)
}
`
}

/** What a domain package has for services on MongoDB. The same in every domain package. */
export function mongo({ variable, capital }: Names): string {
  return `import { defineHandlers, type HandlerSet, type Handlers } from '@house-helper/consumer'
import { createOutbox, type MongoContext, type Outbox, type OutboxOptions } from '@house-helper/outbox'
import { ${variable} } from './domain.ts'

export {
  createOutboxRelay,
  type Enqueued,
  type EnqueueFields,
  type MongoContext,
  type MongoOnceOptions,
  mongoOnce,
  type OutboxError,
  type OutboxOptions,
  type OutboxRelay,
  type OutboxRelayOptions,
  type RelayHealth,
  type RelayStats,
} from '@house-helper/outbox'

/** Takes the events of this domain in the transactions of the service's own writes. */
export type ${capital}Outbox = Outbox<typeof ${variable}>

/**
 * Creates an outbox of the events of this domain in the service's own database. \`createOutboxRelay\` publishes what it
 * holds.
 *
 * @throws OutboxError \`OPTIONS_INVALID\`.
 */
export function create${capital}Outbox(options: OutboxOptions): ${capital}Outbox {
  return createOutbox(${variable}, options)
}

/** Handlers by the event types of this domain, with \`session\` in their context. */
export type ${capital}OnceHandlers = Handlers<typeof ${variable}, MongoContext>

/**
 * Defines how a service handles the events of this domain in transactions: as \`on${capital}\`, for a subscriber with
 * \`once: mongoOnce(client)\`, whose session each handler gets in its context.
 *
 * @throws SubscriberError \`HANDLERS_INVALID\` when a key is no event type of this domain.
 */
export function on${capital}Once(handlers: ${capital}OnceHandlers): HandlerSet<MongoContext> {
  return defineHandlers<typeof ${variable}, MongoContext>(${variable}, handlers)
}
`
}

/** What a domain package has for tests of the services that use it. The same in every domain package. */
export function testing({ variable, capital }: Names): string {
  return `import type { Domain } from '@house-helper/events-core'
import { defineTestKit, type TestKit, type TestWorld } from '@house-helper/testing'
import { ${variable} } from './domain.ts'

export {
  createTestClock,
  type TestClock,
  type TestClockOptions,
  type TestDeadLetter,
  type TestingError,
  type TestOptions,
} from '@house-helper/testing'

const kit: TestKit<typeof ${variable}> = defineTestKit(${variable})

/** A world in which a service of this domain is tested; \`Other\` are further domains whose events it handles. */
export type ${capital}Test<Other extends Domain = never> = TestWorld<typeof ${variable}, Other>

/**
 * Creates a world in which a service of this domain is tested: a real publisher and a real subscriber over topics in
 * memory, with a clock that stands still. Close it after the test.
 */
export const create${capital}Test: TestKit<typeof ${variable}>['createTest'] = kit.createTest

/**
 * Makes a valid event of this domain: the contract's example with some of its data changed, a new id, and now.
 *
 * @throws TestingError \`EVENT_INVALID\` naming each path that breaks the contract.
 */
export const ${variable}Event: TestKit<typeof ${variable}>['event'] = kit.event

/**
 * Makes a valid event of this domain as the Go service writes it, without key and metadata; its data may have what the
 * contract does not know.
 *
 * @throws TestingError \`EVENT_INVALID\` naming each path that breaks the contract.
 */
export const foreign${capital}Event: TestKit<typeof ${variable}>['foreignEvent'] = kit.foreignEvent
`
}

/** What a domain package exports: what a service needs of the packages beneath, and every file of its own. */
export function indexFile(files: readonly string[]): string {
  return `export {
  type BatchContext,
  type BatchHandler,
  type BatchHandlerOptions,
  type BatchOutcome,
  createSubscriber,
  type Delivery,
  type EventHandler,
  type HandlerContext,
  type HandlerOptions,
  type HandlerSet,
  type Health,
  type RetryOptions,
  type Subscriber,
  type SubscriberError,
  type SubscriberOptions,
  type SubscriberStats,
} from '@house-helper/consumer'
export { isHouseHelperError, type Logger } from '@house-helper/events-core'
export type {
  CloseReport,
  PublishError,
  Published,
  PublisherOptions,
  PublisherStats,
  PublishFields,
} from '@house-helper/producer'
${files.map((file) => `export * from './${file}'\n`).join('')}`
}
