import type { ReceivedEvent } from '@house-helper/consumer'
import {
  type ContractOf,
  type Domain,
  type Envelope,
  type EventTypeOf,
  encodeEnvelope,
  type Transport,
} from '@house-helper/events-core'
import type { Publisher } from '@house-helper/producer'
import { INSIDE, type TestClock } from './clock.ts'
import { TestingError } from './errors.ts'
import type { AnyTestEvent, DeliverableEvent } from './event.ts'
import { type Failure, fateText } from './fate.ts'
import { type Wanted, waitForHandled } from './handled.ts'
import type { TestOptions } from './options.ts'
import { createScenario, type Scenario } from './scenario.ts'
import { DEFAULT_TIMEOUT_MS, type WaitOptions, waitForQuiet } from './wait.ts'
import { openWorkings, PARTITIONS, type Workings } from './workings.ts'

/** Any event of a domain, as its handler gets it. */
export type AnyReceivedEvent<D extends Domain> = {
  [Type in EventTypeOf<D>]: ReceivedEvent<ContractOf<D, Type>>
}[EventTypeOf<D>]

/** An event that was given up. */
export interface TestDeadLetter<D extends Domain = Domain> {
  readonly event: AnyReceivedEvent<D>
  /** Why: what the last attempt failed with. */
  readonly failure: Failure
  readonly attempts: number
}

/** How an event is delivered. */
export interface DeliverOptions {
  /** How often the same message comes. Default 1. */
  readonly times?: number
}

/**
 * A test world is a real publisher and a real subscriber over topics in memory, with a clock that stands still. `Main` is
 * the domain of the service under test, `Other` are further ones.
 */
export interface TestWorld<Main extends Domain, Other extends Domain = never> extends AsyncDisposable {
  /** Publishes the events of the service's own domain: give it to the code under test. */
  readonly publisher: Publisher<Main>
  /** What the publishers and the subscriber of this world stand on, for code that makes publishers of its own. */
  readonly transport: Transport
  /** By which events wait for their next attempt, and which stamps what is published. */
  readonly clock: TestClock
  readonly groupId: string
  /** Publishes the events of another domain of this world. */
  publisherOf<D extends Main | Other>(domain: D): Publisher<D>
  /** Puts an event into its topic, as another service would. Resolves when it is there, not when it is handled. */
  deliver(event: AnyTestEvent<Main | Other>, options?: DeliverOptions): Promise<void>
  /**
   * Waits until a handler has succeeded with an event of this type, or with this very event; the first one counts, also
   * where that was before.
   *
   * @throws TestingError `NOT_HANDLED` at the deadline, or once it cannot be any more, saying what happened instead.
   */
  handled<Type extends EventTypeOf<Main | Other>>(
    wanted: Type | { readonly type: Type; readonly id: string },
    options?: WaitOptions,
  ): Promise<ReceivedEvent<ContractOf<Main | Other, Type>>>
  /** What the code under test has published, once nothing is under way; of one type, or all. In the order of writing. */
  published(): Promise<readonly AnyReceivedEvent<Main | Other>[]>
  published<Type extends EventTypeOf<Main | Other>>(
    type: Type,
  ): Promise<readonly ReceivedEvent<ContractOf<Main | Other, Type>>[]>
  /** What was given up, once nothing is under way. */
  deadLetters(): Promise<readonly TestDeadLetter<Main | Other>[]>
  /**
   * Waits until nothing is being published, received, handled or given up. What waits for its next attempt is at rest.
   *
   * @throws TestingError `NOT_IDLE` at the deadline, saying what is under way.
   */
  idle(options?: WaitOptions): Promise<void>
  /** Begins a scenario with events that have been: they are delivered and have to be handled before anything happens. */
  given(events?: readonly AnyTestEvent<Main | Other>[]): Scenario<Main | Other>
  /** Ends the subscriber and the publishers. */
  close(): Promise<void>
}

/** Creates a world for a domain; resolves once its subscriber has its partitions. */
export async function createTestWorld<Main extends Domain>(
  main: Main,
  options: TestOptions<Domain>,
): Promise<TestWorld<Main, Domain>> {
  const domains = [main, ...(options.domains ?? [])]
  const workings = await openWorkings(domains, options)
  const { chronicle, clock, handledTypes, journal, groupId } = workings
  const idle = (wait: WaitOptions = {}): Promise<void> => becomeIdle(workings, wait)
  const settle = (): Promise<void> => idle()
  clock[INSIDE].settling.add(settle)
  let closing: Promise<void> | undefined

  async function deliver(event: DeliverableEvent, { times = 1 }: DeliverOptions = {}): Promise<void> {
    const topic = workings.names.domain(domainOf(domains, event.type).name)
    const key = event.key === null ? null : Buffer.from(event.key)
    const partition = key === null ? 0 : journal.transport.partitioner(key, PARTITIONS)
    const message = { key, value: encodeEnvelope(event as DeliverableEvent & Envelope) }
    for (let time = 0; time < times; time++) await journal.write({ topic, partition }, message)
  }

  function close(): Promise<void> {
    clock[INSIDE].settling.delete(settle)
    closing ??= workings.close()
    return closing
  }

  const world: TestWorld<Domain> = {
    publisher: workings.publisherOf(main),
    transport: journal.transport,
    clock,
    groupId,
    publisherOf: (domain) => workings.publisherOf(known(domains, domain)) as Publisher<typeof domain>,
    deliver,
    handled: (wanted, wait) => waitForHandled(workings, wantedOf(wanted), wait) as never,
    async published(type?: string) {
      await idle()
      const published = chronicle.fates.filter(({ byTest }) => !byTest).map(({ event }) => event)
      return published.filter((event) => type === undefined || event.type === type)
    },
    async deadLetters() {
      await idle()
      return chronicle.fates.flatMap(({ state, event, failure, attempts }) =>
        state === 'dead' && failure !== undefined ? [{ event, failure, attempts }] : [],
      )
    },
    idle,
    given: (events = []) =>
      createScenario({ chronicle, handledTypes, nowMs: () => clock.now(), deliver, idle }, events),
    close,
    [Symbol.asyncDispose]: close,
  }
  // At run time all events are alike; their types follow from the domains, which the caller names.
  return world as unknown as TestWorld<Main, Domain>
}

async function becomeIdle(workings: Workings, { timeoutMs = DEFAULT_TIMEOUT_MS }: WaitOptions): Promise<void> {
  const isQuiet = (): boolean => {
    workings.checkAlive()
    return workings.isQuiet()
  }
  if (await waitForQuiet(isQuiet, timeoutMs)) return
  const { chronicle, clock, handledTypes } = workings
  const open = chronicle.fates.filter(({ state, event }) => state === 'arrived' && handledTypes.has(event.type))
  const lines = open.map((fate) => `  - ${fateText(fate, clock.now(), handledTypes)}`)
  const what = lines.length > 0 ? lines : ['  - Something is being published, or a failed event handled again.']
  const message = [`Something is still under way after ${timeoutMs} ms:`, ...what].join('\n')
  throw new TestingError('NOT_IDLE', message)
}

function wantedOf(wanted: string | Wanted): Wanted {
  return typeof wanted === 'string' ? { type: wanted } : { type: wanted.type, ...(wanted.id && { id: wanted.id }) }
}

function domainOf(domains: readonly Domain[], type: string): Domain {
  const found = domains.find((domain) => domain.contract(type) !== undefined)
  if (found !== undefined) return found
  throw missing(domains, type)
}

function known(domains: readonly Domain[], domain: Domain): Domain {
  if (domains.includes(domain)) return domain
  throw missing(domains, `The domain ${domain.name}`)
}

function missing(domains: readonly Domain[], what: string): TestingError {
  const names = domains.map(({ name }) => name).join(', ')
  const message = `${what} is of none of the domains of this world, which are ${names}. Give the domain that its package exports: { domains: [bills] }.`
  return new TestingError('DOMAIN_MISSING', message)
}
