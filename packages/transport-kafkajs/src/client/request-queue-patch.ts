import { createHash } from 'node:crypto'
import type { Logger } from '@house-helper/events-core'
import { kafkajsInternals } from './kafkajs-internals.ts'

/** What the patched method uses of kafkajs's request queue, of which each connection has one. */
export interface RequestQueue {
  readonly pending: readonly unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
}

const EXPECTED_SOURCE = '8475b22c05275e450f67ae774587dc656cf57a912502d3c4874ab475617aa9a5'
const FULL_QUEUE_CHECK_MS = 10
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
 * Replaces kafkajs's method for the whole process, once, and only where it is the one that is known to be at fault;
 * otherwise it says so through the logger and leaves it alone.
 */
export function patchRequestQueue(
  logger: Logger,
  queue: { readonly prototype: object } = kafkajsInternals().RequestQueue,
): void {
  const prototype = queue.prototype as Record<string | symbol, unknown>
  if (prototype[PATCHED] !== undefined) return
  const original = String(prototype.scheduleCheckPendingRequests)
  const known = sourceDigest(original) === EXPECTED_SOURCE
  prototype[PATCHED] = known ? 'patched' : 'left alone'
  if (known) {
    prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests
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
