import type { ReceivedEvent } from '@house-helper/consumer'
import type { ContractOf, Domain, EventContract, EventTypeOf, HandledData } from '@house-helper/events-core'
import type { Chronicle } from './chronicle.ts'
import { compareEvents, type Pattern } from './difference.ts'
import { TestingError } from './errors.ts'
import type { AnyTestEvent, DeliverableEvent } from './event.ts'
import { type Failure, type Fate, fateText } from './fate.ts'

/** An event as a test expects it: as much of it as matters. */
export interface EventPattern<Contract extends EventContract = EventContract> {
  readonly type: Contract['type']
  readonly id?: string
  readonly source?: string
  readonly householdId?: string | undefined
  readonly userId?: string | undefined
  readonly timestamp?: string
  readonly version?: string
  readonly correlationId?: string
  readonly causationId?: string
  readonly metadata?: object
  /** As many of its fields as matter. */
  readonly data?: Partial<HandledData<Contract>>
}

/** Why handling has failed, as a test expects it. */
export interface FailurePattern {
  readonly code?: string
  /** The whole text, or what fits it. */
  readonly message?: string | RegExp
}

/** An event of a domain as a test expects it: its type, or a pattern. */
export type Expectation<D extends Domain, More = unknown> = {
  [Type in EventTypeOf<D>]: Type | (EventPattern<ContractOf<D, Type>> & More)
}[EventTypeOf<D>]

/** What a scenario is expected to lead to: exactly these events, in any order. What is left out is not looked at, unless said otherwise. */
export interface Outcome<D extends Domain> {
  /** What the code under test published. */
  readonly published?: readonly Expectation<D>[]
  /** What handlers succeeded with. */
  readonly handled?: readonly Expectation<D>[]
  /** What was not handled again, because its receipt was there. */
  readonly repeated?: readonly Expectation<D>[]
  /** What was given up. Default: nothing. */
  readonly deadLettered?: readonly Expectation<D, { readonly failure?: FailurePattern }>[]
  /** What has failed and waits for its next attempt. Default: nothing. */
  readonly retrying?: readonly Expectation<D, { readonly failure?: FailurePattern }>[]
}

/** What happens in a scenario: an event or several ones come, or the code under test is called. */
export type Trigger<D extends Domain> = AnyTestEvent<D> | readonly AnyTestEvent<D>[] | (() => unknown)

/** A scenario says what has been, what happens, and what that has to lead to. */
export interface Scenario<D extends Domain> {
  /** What happens. */
  when(trigger: Trigger<D>): {
    /**
     * Lets it happen and compares what it has led to, once nothing is under way any more.
     *
     * @throws TestingError `OUTCOME_UNEXPECTED` listing every difference.
     */
    then(expected: Outcome<D>): Promise<void>
  }
}

/** What scenarios need of their world. */
export interface ScenarioNeeds {
  readonly chronicle: Chronicle
  readonly handledTypes: ReadonlySet<string>
  readonly nowMs: () => number
  readonly deliver: (event: DeliverableEvent) => Promise<void>
  readonly idle: () => Promise<void>
}

/** Makes a scenario of events that have been. */
export function createScenario<D extends Domain>(needs: ScenarioNeeds, given: readonly AnyTestEvent<D>[]): Scenario<D> {
  return {
    when: (trigger) => ({
      // biome-ignore lint/suspicious/noThenProperty: given, when, then are its words; awaiting it without then is refused.
      async then(expected, ...more: readonly unknown[]) {
        if (typeof expected === 'function') return refuseAwait(more[0])
        await arrange(needs, given)
        const mark = needs.chronicle.now()
        await act(needs, trigger as Act)
        await needs.idle()
        check(needs, mark, expected as Outcome<Domain>)
      },
    }),
  }
}

/** `await world.given(…).when(…)` calls `then` with two functions, of which the second tells the one who awaits. */
function refuseAwait(reject: unknown): void {
  const message = 'A scenario was awaited without then, so nothing was checked: end it with .then({ … }).'
  const error = new TestingError('SCENARIO_UNFINISHED', message)
  if (typeof reject !== 'function') throw error
  reject(error)
}

async function arrange(needs: ScenarioNeeds, given: readonly DeliverableEvent[]): Promise<void> {
  const mark = needs.chronicle.now()
  for (const event of given) await needs.deliver(event)
  await needs.idle()
  const failed = needs.chronicle.fates.filter(
    ({ changedAt, state }) => changedAt > mark && (state === 'dead' || isRetrying(state)),
  )
  if (failed.length > 0) throw unexpected('What is given could not be handled:', texts(needs, failed))
}

/** A trigger, whatever domain its events are of. */
type Act = DeliverableEvent | readonly DeliverableEvent[] | (() => unknown)

async function act({ deliver }: ScenarioNeeds, trigger: Act): Promise<void> {
  if (typeof trigger === 'function') {
    await trigger()
    return
  }
  for (const event of 'type' in trigger ? [trigger] : trigger) await deliver(event)
}

function check({ chronicle }: ScenarioNeeds, mark: number, expected: Outcome<Domain>): void {
  const fates = chronicle.fates
  const changed = (fits: (state: Fate['state']) => boolean): readonly Pattern[] =>
    fates.filter(({ changedAt, state }) => changedAt > mark && fits(state)).map(patternOf)
  const published = fates.filter(({ byTest, arrivedAt }) => !byTest && arrivedAt > mark).map(patternOf)
  const actual: { readonly [Name in keyof Outcome<Domain>]-?: readonly Pattern[] } = {
    published,
    handled: changed((state) => state === 'handled'),
    repeated: changed((state) => state === 'repeated'),
    deadLettered: changed((state) => state === 'dead'),
    retrying: changed(isRetrying),
  }
  const wanted: Outcome<Domain> = { deadLettered: [], retrying: [], ...expected }
  const lines = Object.entries(actual).flatMap(([name, events]) => {
    const patterns = wanted[name as keyof typeof actual]
    if (patterns === undefined) return []
    const found = compareEvents(patterns.map(asPattern), events)
    return found.length === 0 ? [] : [name, ...found.map((line) => `  ${line}`)]
  })
  if (lines.length > 0) throw unexpected('The scenario has ended otherwise than expected:', lines)
}

function asPattern(expectation: Expectation<Domain>): Pattern {
  if (typeof expectation === 'string') return { type: expectation }
  // Of a test event, which may stand for a pattern: no received event has a key.
  const { key: _, ...pattern } = expectation as EventPattern & { readonly key?: unknown }
  return pattern as unknown as Pattern
}

function patternOf({ event, failure }: Fate): Pattern {
  return {
    ...(event as ReceivedEvent & { readonly [field: string]: unknown }),
    failure: failure satisfies Failure | undefined,
  }
}

function isRetrying(state: Fate['state']): boolean {
  return state === 'failed' || state === 'postponed'
}

function texts({ nowMs, handledTypes }: ScenarioNeeds, fates: readonly Fate[]): readonly string[] {
  return fates.map((fate) => `- ${fateText(fate, nowMs(), handledTypes)}`)
}

function unexpected(what: string, lines: readonly string[]): TestingError {
  return new TestingError('OUTCOME_UNEXPECTED', [what, ...lines.map((line) => `  ${line}`)].join('\n'))
}
