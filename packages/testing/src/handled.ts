import type { ReceivedEvent } from '@house-helper/consumer'
import { TestingError } from './errors.ts'
import { type Fate, fateText } from './fate.ts'
import { DEFAULT_TIMEOUT_MS, type WaitOptions, waitFor } from './wait.ts'
import type { Workings } from './workings.ts'

/** Which event is waited for: any of a type, or a certain one. */
export interface Wanted {
  readonly type: string
  readonly id?: string
}

/** The most events that a message names. */
const MOST_NAMED = 10

/** Waits until a handler has succeeded with an event; rejects once that cannot be any more, or at the deadline. */
export async function waitForHandled(
  workings: Workings,
  wanted: Wanted,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: WaitOptions = {},
): Promise<ReceivedEvent> {
  const { chronicle, handledTypes } = workings
  if (!handledTypes.has(wanted.type)) throw noHandler(wanted, handledTypes)
  const look = (): ReceivedEvent | undefined => {
    workings.checkAlive()
    const fates = chronicle.fates.filter(({ event }) => isWanted(event, wanted))
    const isHopeless = wanted.id !== undefined && fates.length > 0 && fates.every(({ state }) => isFinal(state))
    const handled = fates.find(({ state }) => state === 'handled')
    if (handled === undefined && isHopeless) throw notHandled(workings, wanted, 'and will not be')
    return handled?.event
  }
  const seen = await waitFor(look, chronicle.watch, timeoutMs)
  workings.checkAlive()
  if (seen === undefined) throw notHandled(workings, wanted, `within ${timeoutMs} ms`)
  return seen
}

function isWanted({ type, id }: ReceivedEvent, wanted: Wanted): boolean {
  return type === wanted.type && (wanted.id === undefined || id === wanted.id)
}

function isFinal(state: Fate['state']): boolean {
  return state === 'dead' || state === 'repeated'
}

function noHandler({ type }: Wanted, handledTypes: ReadonlySet<string>): TestingError {
  const known = handledTypes.size === 0 ? 'it has no handlers' : `its handlers are for ${[...handledTypes].join(', ')}`
  return new TestingError('NOT_HANDLED', `Nothing in this world handles ${type}: ${known}. Give it in \`on\`.`)
}

function notHandled({ chronicle, handledTypes, clock }: Workings, wanted: Wanted, when: string): TestingError {
  const { fates } = chronicle
  const ofWanted = fates.filter(({ event }) => isWanted(event, wanted))
  // What became of the events in question; where there are none, of all others.
  const told = ofWanted.length > 0 ? ofWanted : fates
  const lines = told.slice(-MOST_NAMED).map((fate) => `  - ${fateText(fate, clock.now(), handledTypes)}`)
  const left = told.length - lines.length
  const what =
    wanted.id === undefined
      ? `No ${wanted.type} was handled ${when}`
      : `${wanted.type} ${wanted.id} was not handled ${when}`
  const arrived = ofWanted.length > 0 ? 'What became of it:' : 'None arrived; what did:'
  const message = told.length === 0 ? `${what}. Nothing arrived at all.` : [`${what}. ${arrived}`, ...lines].join('\n')
  const more = left > 0 ? `\n  and ${left} before` : ''
  const cause = ofWanted.findLast(({ thrown }) => thrown !== undefined)?.thrown
  return new TestingError('NOT_HANDLED', message + more, { cause })
}
