import { createHash } from 'node:crypto'
import type { Logger } from '@house-helper/events-core'
import { kafkajsInternals } from './kafkajs-internals.ts'

/** A request of kafkajs whose answer has not come. */
export interface RequestInFlight {
  readonly sentAt: number
  readonly requestTimeout: number
  timeoutRequest(): void
}

/** What the patched methods use of kafkajs's request queue, of which each connection has one. */
export interface RequestQueue {
  readonly pending: readonly unknown[]
  readonly inflight: ReadonlyMap<number, RequestInFlight>
  readonly enforceRequestTimeout: boolean
  readonly requestTimeout: number
  requestTimeoutIntervalId: NodeJS.Timeout | null
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
  isConnected(): boolean
  destroy(): void
}

const FULL_QUEUE_CHECK_MS = 10
const TIMEOUT_CHECK_MS = 1_000
const PATCHED: unique symbol = Symbol.for('@house-helper/transport-kafkajs/request-queue-patch') as never

/**
 * Sets a timer only where requests wait for a throttle to end, at least one millisecond from now.
 *
 * kafkajs sets one after each answer whether or not anything waits, with a delay that is negative when nothing throttles:
 * a loop of one millisecond for each connection, for as long as it lives (kafkajs issues 1556, 1704 and 1751).
 */
export function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return
  const throttledMs = this.throttledUntil - Date.now()
  const delayMs = Math.max(1, throttledMs > 0 ? throttledMs : FULL_QUEUE_CHECK_MS)
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, delayMs)
}

/**
 * Looks for requests whose time is over once a second. kafkajs does so ten times a second on each connection, of which a
 * subscriber has several, for a timeout of half a minute.
 */
export function scheduleRequestTimeoutCheck(this: RequestQueue): void {
  if (!this.enforceRequestTimeout) return
  this.destroy()
  this.requestTimeoutIntervalId = setInterval(
    () => {
      const nowMs = Date.now()
      for (const request of this.inflight.values()) {
        if (nowMs - request.sentAt > request.requestTimeout) request.timeoutRequest()
      }
      if (!this.isConnected()) this.destroy()
    },
    Math.min(this.requestTimeout, TIMEOUT_CHECK_MS),
  )
}

/** The methods to replace, and the digests of those of kafkajs that are known to be at fault. */
const patches = [
  {
    name: 'scheduleCheckPendingRequests',
    replacement: scheduleCheckPendingRequests,
    known: '8475b22c05275e450f67ae774587dc656cf57a912502d3c4874ab475617aa9a5',
  },
  {
    name: 'scheduleRequestTimeoutCheck',
    replacement: scheduleRequestTimeoutCheck,
    known: '2d220a090f142e7fe8fc3b8f4fe80b5dfaddd81a421985d6bed52f97ae22cadc',
  },
]

/**
 * Replaces kafkajs's methods for the whole process, once, and only where they are the ones that are known to be at fault;
 * otherwise it says so through the logger and leaves them alone.
 */
export function patchRequestQueue(
  logger: Logger,
  queue: { readonly prototype: object } = kafkajsInternals().RequestQueue,
): void {
  const prototype = queue.prototype as Record<string | symbol, unknown>
  if (prototype[PATCHED] !== undefined) return
  const known = patches.every((patch) => sourceDigest(String(prototype[patch.name])) === patch.known)
  prototype[PATCHED] = known ? 'patched' : 'left alone'
  if (known) {
    for (const { name, replacement } of patches) prototype[name] = replacement
    return
  }
  logger.warn(
    {},
    'kafkajs is not the one that is known: its request timers stay as they are, so an idle connection uses more processor time than it needs. Nothing else depends on it.',
  )
}

/** The digest of a function's source without its white space, which differs between bundlers. */
function sourceDigest(source: string): string {
  return createHash('sha256').update(source.replace(/\s+/g, '')).digest('hex')
}
