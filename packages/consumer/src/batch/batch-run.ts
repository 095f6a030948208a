import { withCauseToBeNamed } from '@house-helper/events-core'
import { handlerFailed } from '../attempt/attempt-signal.ts'
import { SubscriberError } from '../errors.ts'
import { receivedEvent } from '../event.ts'
import { idConflict, type Once, type OnceDelivery, type OnceOutcome, receiptHeld } from '../once.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import { deliveryOf } from '../setting-aside/delivery-note.ts'
import type { BatchAttempt } from './batch-attempt.ts'
import { type Failure, readOutcomes } from './batch-outcomes.ts'

/** What became of the events of a batch, as far as it is known: the others come again. */
export type Verdicts = Map<PendingEvent, Failure>

/** Runs a batch handler, within receipts where there are any. Never rejects. */
export async function runBatch(
  attempt: BatchAttempt,
  members: readonly PendingEvent[],
  once: Once | undefined,
): Promise<Verdicts> {
  try {
    if (once === undefined) return await handle(attempt, members, {})
    return await new OnceRun(attempt, once).run(members)
  } catch (thrown) {
    const failure = attempt.failure(thrown)
    return inOrder(members, () => failure)
  }
}

/** Calls the handler. Throws what it throws. */
async function handle(attempt: BatchAttempt, members: readonly PendingEvent[], extra: unknown): Promise<Verdicts> {
  const { batch, contract } = attempt.event.route
  if (batch === undefined) throw new SubscriberError('DEFECT', 'A batch of events has no batch handler.')
  const { events, context } = attempt.call(members)
  const returned = await withCauseToBeNamed(() => batch.handle(events, Object.assign(context, extra)))
  const { timeout } = attempt
  const failures = timeout ? undefined : readOutcomes(contract.type, events, returned, handlerFailed)
  return inOrder(members, (_, index) => timeout ?? failures?.[index])
}

/** The failure of each event; none at all for what is behind an event of its key that has to be tried again. */
function inOrder(
  members: readonly PendingEvent[],
  failureOf: (member: PendingEvent, index: number) => Failure,
): Verdicts {
  const verdicts: Verdicts = new Map()
  const waiting = new Set<unknown>()
  for (const [index, member] of members.entries()) {
    if (waiting.has(member.lane)) continue
    const failure = failureOf(member, index)
    verdicts.set(member, failure)
    if (failure !== undefined && !isFinal(failure)) waiting.add(member.lane)
  }
  return verdicts
}

/** Whether the event is given up at once, so that its key goes on. */
function isFinal({ code }: SubscriberError): boolean {
  return code === 'REJECTED' || code === 'EVENT_ID_CONFLICT'
}

/** Ends a transaction in which not every event is done. */
const notAllDone = new Error('Not all events of the batch are done.')

/**
 * One attempt at a batch within receipts: effects and receipts of all events come together. As long as some are not done
 * it is begun anew without them, so that nothing of an event that failed, or has to wait, remains.
 */
class OnceRun {
  readonly #attempt: BatchAttempt
  readonly #once: Once
  readonly #verdicts: Verdicts = new Map()
  #runs = 0

  constructor(attempt: BatchAttempt, once: Once) {
    this.#attempt = attempt
    this.#once = once
  }

  async run(members: readonly PendingEvent[]): Promise<Verdicts> {
    for (let left = members; left.length > 0; ) left = await this.#runOnce(left)
    return this.#verdicts
  }

  /** Runs the transaction for some events; returns those that it has to be done again for. */
  async #runOnce(members: readonly PendingEvent[]): Promise<readonly PendingEvent[]> {
    const deliveries = new Map(members.map((member) => [this.#delivery(member), member]))
    let handled: readonly PendingEvent[] = []
    let found: Verdicts = new Map()
    const isOut = (member: PendingEvent): boolean => !found.has(member) || found.get(member) !== undefined
    try {
      const outcomes = await this.#once.runBatch([...deliveries.keys()], async (extra, fresh) => {
        handled = fresh.map((delivery) => deliveries.get(delivery) as PendingEvent)
        found = new Map()
        found = await this.#handle(handled, extra)
        if (handled.some(isOut)) throw notAllDone
      })
      this.#settle(members, outcomes)
      return []
    } catch (error) {
      if (error !== notAllDone) throw error
    }
    for (const [member, failure] of found) if (failure !== undefined) this.#verdicts.set(member, failure)
    const out = new Set(handled.filter(isOut))
    return members.filter((member) => !out.has(member))
  }

  #handle(members: readonly PendingEvent[], extra: unknown): Promise<Verdicts> {
    this.#runs += 1
    // A run before, whose effects are gone, may have changed the data.
    if (this.#runs > 1) for (const member of members) member.refresh()
    return handle(this.#attempt, members, extra)
  }

  #settle(members: readonly PendingEvent[], outcomes: readonly OnceOutcome[]): void {
    const all = inOrder(members, (member, index) => {
      const outcome = outcomes[index]
      member.repeat = outcome === 'repeat'
      if (outcome === 'conflict') return idConflict(member)
      return outcome === 'held' ? receiptHeld(member) : undefined
    })
    for (const [member, failure] of all) this.#verdicts.set(member, failure)
  }

  #delivery(member: PendingEvent): OnceDelivery {
    const { signal, deadlineMs } = this.#attempt
    const value = member.message.value ?? new Uint8Array()
    return {
      event: receivedEvent(member.envelope, member.data),
      value,
      delivery: deliveryOf(member),
      signal,
      deadlineMs,
    }
  }
}
