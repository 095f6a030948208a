import {
  type ContractOf,
  type Domain,
  type EventContract,
  type EventTypeOf,
  type PublishedData,
  type SubjectFields,
  topicNames,
  within,
} from '@house-helper/events-core'
import { type Entry, entryBytes, type Published } from './entry.ts'
import { eventTooLarge, PublishError } from './errors.ts'
import type { EventFields } from './event-fields.ts'
import { type CheckedOptions, checkOptions, type PublisherOptions } from './options.ts'
import { createOutlet, type Outlet } from './outlet.ts'
import { type StampedEvent, stampEvent } from './stamp.ts'
import { createTally, type PublisherStats, type Tally } from './tally.ts'

/** What is said about an event besides its data: whom it is about, as its contract demands, and what else is known. */
export type PublishFields<Contract extends EventContract> = SubjectFields<Contract> & EventFields

/** An event that a publisher was closed over. Its publish was rejected as well. */
export interface UndeliveredEvent {
  readonly id: string
  readonly type: string
  /** Whether it may be in its topic all the same. */
  readonly outcome: 'not-sent' | 'unknown'
}

/** What closing has left undone. */
export interface CloseReport {
  /** Empty where everything was delivered or had been rejected before. */
  readonly undelivered: readonly UndeliveredEvent[]
}

/** A publisher sends the events of one domain. */
export interface Publisher<D extends Domain> extends AsyncDisposable {
  readonly domain: D
  /**
   * Publishes an event. Resolves once every in-sync replica has it, with its place.
   *
   * Events of one subject keep the order of these calls, through every retry. A retry keeps the id, so that a repeat can
   * be told; and nothing is given up before `deliveryTimeoutMs`.
   *
   * Rejects with a `PublishError`, whose `outcome` says whether the event may have been written all the same.
   */
  publish<Type extends EventTypeOf<D>>(
    type: Type,
    data: PublishedData<ContractOf<D, Type>>,
    fields: PublishFields<ContractOf<D, Type>>,
  ): Promise<Published>
  /** Counters for metrics. */
  stats(): PublisherStats
  /**
   * Sends what is queued, for at most `timeoutMs` (default 10,000), then rejects the rest and reports it. A publish from
   * now on fails with `PUBLISHER_CLOSED`. A transport that was given stays open.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<CloseReport>
}

/**
 * Creates a publisher for a domain. Nothing is asked of a broker before the first event.
 *
 * @throws SettingsError `SETTINGS_INVALID` or RangeError where an option cannot be used.
 */
export function createPublisher<D extends Domain>(domain: D, options: PublisherOptions): Publisher<D> {
  const checked = checkOptions(options)
  const { transport, clock, source } = checked
  const tally = createTally()
  const outlet = createOutlet(topicNames(transport.topicPrefix).domain(domain.name), { ...checked, tally })
  let closing: Promise<CloseReport> | undefined

  function publish(type: string, data: unknown, fields: unknown): Promise<Published> {
    try {
      if (closing !== undefined) throw refusal('PUBLISHER_CLOSED', `The publisher of ${domain.name} is closed.`)
      const stamped = stampEvent(domain, { source, nowMs: clock() }, type, data, fields)
      checkRoom(tally, stamped, checked)
      return enqueue(stamped, checked, tally, outlet)
    } catch (error) {
      tally.refused()
      return Promise.reject(error)
    }
  }

  async function end(timeoutMs: number): Promise<CloseReport> {
    const drained = await within(tally.idle(), timeoutMs)
    const why = `the publisher of ${domain.name} was closed and could not deliver it within ${timeoutMs} ms.`
    const left = drained ? [] : outlet.end('PUBLISHER_CLOSED', why)
    const undelivered = left.map(undeliveredEvent)
    if (left.length > 0)
      checked.logger.warn({ domain: domain.name, events: left.length }, 'Closed with events undelivered')
    await checked.release()
    return { undelivered }
  }

  const close: Publisher<D>['close'] = ({ timeoutMs = 10_000 } = {}) => {
    closing ??= end(timeoutMs)
    return closing
  }
  return {
    domain,
    publish,
    stats: tally.stats,
    close,
    [Symbol.asyncDispose]: async () => {
      await close()
    },
  }
}

function enqueue(
  stamped: StampedEvent,
  { deliveryTimeoutMs }: CheckedOptions,
  tally: Tally,
  outlet: Outlet,
): Promise<Published> {
  return new Promise((resolve, reject) => {
    const entry: Entry = {
      key: stamped.key,
      value: stamped.value,
      id: stamped.envelope.id,
      type: stamped.envelope.type,
      bytes: entryBytes(stamped),
      deadlineMs: performance.now() + deliveryTimeoutMs,
      maybeWritten: false,
      settled: false,
      resolve,
      reject,
      unlisten: undefined,
    }
    tally.enter(entry)
    if (stamped.signal !== undefined && !listen(entry, stamped.signal, tally, outlet)) return
    outlet.send(entry)
  })
}

/** False where the signal was aborted before. */
function listen(entry: Entry, signal: AbortSignal, tally: Tally, outlet: Outlet): boolean {
  const abort = (): boolean => tally.fail(entry, 'PUBLISH_ABORTED', 'its signal was aborted.', signal.reason)
  if (signal.aborted) return !abort()
  const onAbort = (): void => {
    if (abort()) outlet.forget(entry)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  entry.unlisten = () => signal.removeEventListener('abort', onAbort)
  return true
}

function checkRoom(tally: Tally, stamped: StampedEvent, { maxQueuedBytes }: CheckedOptions): void {
  const bytes = entryBytes(stamped)
  if (tally.queuedBytes + bytes <= maxQueuedBytes) return
  // There will never be room for it, so to publish it again makes no sense.
  if (bytes > maxQueuedBytes) {
    throw eventTooLarge(stamped.envelope.type, `it has ${bytes} bytes, and maxQueuedBytes is ${maxQueuedBytes}`)
  }
  const { queuedBytes, queuedEvents } = tally.stats()
  const message = `${queuedEvents} events of ${queuedBytes} bytes wait for a broker; maxQueuedBytes is ${maxQueuedBytes}. Publish more slowly, or see whether the brokers are up.`
  throw refusal('PUBLISH_QUEUE_FULL', message, true)
}

function refusal(code: 'PUBLISHER_CLOSED' | 'PUBLISH_QUEUE_FULL', message: string, canRetry = false): PublishError {
  return new PublishError(code, message, { outcome: 'not-sent', canRetry })
}

function undeliveredEvent({ id, type, maybeWritten }: Entry): UndeliveredEvent {
  return { id, type, outcome: maybeWritten ? 'unknown' : 'not-sent' }
}
