import { isHouseHelperError, TransportError } from '@house-helper/events-core'
import type { ConnectionSettings } from '../settings.ts'
import { type ClusterMetadata, createClusterMap, type Target } from './cluster-map.ts'
import { createConnections } from './connections.ts'
import { pause, within } from './deadline.ts'
import type { ApiName, ExchangeChanges } from './exchange.ts'
import type { WireClient } from './wire-client.ts'
import { type Place, toTransportError } from './wire-errors.ts'

/** A request and where it goes. */
export interface WireRequest extends ExchangeChanges {
  readonly target: Target
  readonly api: ApiName
  readonly args: object
  /** What the request is about, for messages. */
  readonly place?: Partial<Place>
}

/**
 * Requests to a cluster over a client's connections, without its producers and admins: no retry that its caller doesn't
 * know of, a deadline for each request, and a missing topic is the concern of nobody else. Rejects with TransportError.
 */
export interface Wire {
  /** One attempt. A broker that misses the deadline loses its connections, so that the next attempt has new ones. */
  once(request: WireRequest, timeoutMs: number): Promise<unknown>
  /** Attempts until one succeeds, one fails for good, or the time is over; then rejects with the last failure. */
  retrying(request: WireRequest, timeoutMs: number): Promise<unknown>
  /** Metadata of topics, or of all of them, with the error code of each; tries again as `retrying` does. */
  metadata(topics: readonly string[] | undefined, timeoutMs: number): Promise<ClusterMetadata>
  /** The ids of topics, by name; none where the brokers are too old to have them. Tries again as `retrying` does. */
  topicIds(topics: readonly string[], timeoutMs: number): Promise<ReadonlyMap<string, string>>
  /** What an error of the client's means where it happened. */
  errorOf(error: unknown, where: Partial<Place>): TransportError
  close(): void
}

/** Makes a wire over a client of its own; it connects with its first request. */
export function createWire<Broker extends object>(settings: ConnectionSettings, client: WireClient<Broker>): Wire {
  const place = (more: Partial<Place> = {}): Place => ({
    brokers: settings.brokers,
    username: settings.sasl?.username,
    tls: settings.ssl !== undefined,
    ...more,
  })
  const errorOf = (error: unknown, where: Partial<Place>): TransportError =>
    toTransportError(error, place(where), client.explain)
  const connections = createConnections(client, settings.brokers, (error) => !errorOf(error, {}).canRetry)
  const map = createClusterMap(client, connections)
  let closed = false

  /** Runs one attempt under a deadline; the attempt names the broker that it waits for. */
  async function attempt<Result>(
    work: (waitFor: (broker: Broker) => void) => Promise<Result>,
    timeoutMs: number,
    where: Partial<Place> = {},
  ): Promise<Result> {
    if (closed) throw closedError()
    let broker: Broker | undefined
    const late = (): Error => {
      // A connection that went silent may stay so for minutes; the next attempt must not wait for it.
      if (broker) connections.discard(broker)
      connections.forgetPending()
      return lateError(settings, broker && client.addressOf(broker), timeoutMs)
    }
    try {
      const started = work((waited) => {
        broker = waited
      })
      return await within(started, timeoutMs, late)
    } catch (error) {
      throw closed ? closedError() : errorOf(error, where)
    }
  }

  const once = async (request: WireRequest, timeoutMs: number): Promise<unknown> => {
    const { target, api, args, place: where, ...changes } = request
    let isFound = false
    const work = async (waitFor: (broker: Broker) => void): Promise<unknown> => {
      const broker = await map.brokerFor(target, waitFor)
      isFound = true
      waitFor(broker)
      return await client.exchange(broker, api, args, changes)
    }
    try {
      return await attempt(work, timeoutMs, where)
    } catch (error) {
      // Whatever failed, the leader or coordinator may be another one by now.
      map.forget(target)
      throw isFound ? notKnownYet(error as TransportError) : error
    }
  }

  return {
    once,
    errorOf,
    retrying: (request, timeoutMs) => untilDeadline((leftMs) => once(request, leftMs), timeoutMs),
    metadata: (topics, timeoutMs) =>
      untilDeadline(
        (leftMs) => attempt((waitFor) => map.read(topics, waitFor), leftMs, topics && { topics }),
        timeoutMs,
      ),
    topicIds: (topics, timeoutMs) => {
      const ask = async (waitFor: (broker: Broker) => void) => {
        const broker = await connections.any()
        waitFor(broker)
        return (await client.topicIds(broker, topics)) ?? new Map()
      }
      return untilDeadline((leftMs) => attempt(ask, leftMs, { topics }), timeoutMs)
    },
    close() {
      closed = true
      client.destroy('The transport is closed.')
    },
  }
}

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 1_000

/**
 * Tries again while the failure says that it may help (and `also` agrees), waiting longer each time; rejects with the
 * last failure.
 */
export async function untilDeadline<Result>(
  work: (leftMs: number) => Promise<Result>,
  timeoutMs: number,
  also: (error: { readonly code: string }) => boolean = () => true,
): Promise<Result> {
  const end = performance.now() + timeoutMs
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await work(end - performance.now())
    } catch (error) {
      const again = isHouseHelperError(error) && error.canRetry && also(error) && performance.now() + waitMs < end
      if (!again) throw error
      await pause(waitMs)
    }
  }
}

/**
 * A broker that metadata named and that does not know the topic may learn of it yet, or has lost it to another: whether
 * the topic is missing says the metadata.
 */
function notKnownYet(error: TransportError): TransportError {
  if (error.code !== 'TOPIC_MISSING') return error
  const { message, details, cause } = error
  return new TransportError('TOPIC_MISSING', message, { canRetry: true, details, cause })
}

/** What every use of a closed transport rejects with. */
export function closedError(): TransportError {
  return new TransportError('CLOSED', 'The transport is closed: close it later, or make another.')
}

function lateError({ brokers }: ConnectionSettings, address: string | undefined, timeoutMs: number): TransportError {
  const ms = Math.round(timeoutMs)
  if (address === undefined) {
    const message = `No broker answered at ${brokers.join(', ')} within ${ms} ms. Check KAFKA_BROKERS, and that Kafka runs and can be reached from here.`
    return new TransportError('UNREACHABLE', message, { canRetry: true })
  }
  return new TransportError('TIMEOUT', `The broker ${address} did not answer within ${ms} ms.`, { canRetry: true })
}
