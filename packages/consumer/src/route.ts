import { CoreError } from '@house-helper/events-core'
import type { BatchHandler } from './batch/batch-handler.ts'
import { SubscriberError } from './errors.ts'
import { type EventHandler, HANDLERS_PROTOCOL, type HandlerEntry, type HandlerSet } from './handlers.ts'
import type { Backoff, LaterOptions, RetryOptions } from './retry-options.ts'

/** How events of one type are handled together, with every default filled in. */
export interface BatchRoute {
  readonly handle: BatchHandler
  readonly maxEvents: number
}

/** How events of one type are handled, with every default filled in. */
export interface Route {
  readonly contract: HandlerEntry['contract']
  /** Undefined where they are handled in batches. */
  readonly handle: EventHandler | undefined
  /** Undefined where they are handled one by one. */
  readonly batch: BatchRoute | undefined
  readonly retry: Backoff
  readonly timeoutMs: number
  readonly onReplay: 'handle' | 'skip'
}

/** What a handler without settings of its own gets. */
export interface RouteDefaults {
  readonly retry: Backoff
  readonly timeoutMs: number
}

const DEFAULT_BATCH_EVENTS = 100
const laterDefaults: Required<LaterOptions> = { delayMs: 60_000, attempts: 3 }

/** The routes by event type. An event of a type that is not here passes. */
export type Routes = ReadonlyMap<string, Route>

/**
 * Joins handler sets to routes.
 *
 * @throws CoreError `PACKAGES_INCOMPATIBLE` for a handler set of another protocol.
 * @throws SubscriberError `HANDLED_TWICE` when two handlers want the same type, `HANDLERS_INVALID` for no handler set.
 */
export function createRoutes(sets: readonly HandlerSet[], defaults: RouteDefaults): Routes {
  const routes = new Map<string, Route>()
  for (const set of sets) {
    checkSet(set)
    for (const entry of set.entries) {
      const { type } = entry.contract
      if (routes.has(type)) {
        throw new SubscriberError('HANDLED_TWICE', `Two handlers want ${type}; a subscriber has one handler a type.`, {
          details: { type },
        })
      }
      routes.set(type, routeOf(entry, defaults))
    }
  }
  checkDelays(routes)
  return routes
}

/** Whether any event is tried again later. */
export function hasLater(routes: Routes): boolean {
  return [...routes.values()].some(({ retry }) => retry.later !== undefined)
}

/** With one delay the inbox is in the order of the times: nothing waits behind what waits longer. */
function checkDelays(routes: Routes): void {
  const delays = new Set(
    [...routes.values()].flatMap(({ retry: { later } }) => (later === undefined ? [] : [later.delayMs])),
  )
  if (delays.size <= 1) return
  throw new SubscriberError(
    'SETTINGS_INVALID',
    `retry.later.delayMs is ${[...delays].join(' and ')} for different handlers; a group has one delay. ` +
      'Give it once, among the settings of the subscriber.',
  )
}

function routeOf(entry: HandlerEntry, defaults: RouteDefaults): Route {
  const { contract, handle, handleBatch, maxBatchEvents = DEFAULT_BATCH_EVENTS, retry, timeoutMs, onReplay } = entry
  return {
    contract,
    handle,
    batch: handleBatch && { handle: handleBatch, maxEvents: maxBatchEvents },
    retry: {
      attempts: retry.attempts ?? defaults.retry.attempts,
      baseMs: retry.baseMs ?? defaults.retry.baseMs,
      maxMs: retry.maxMs ?? defaults.retry.maxMs,
      later: laterOf(retry.later, defaults.retry.later),
    },
    timeoutMs: timeoutMs ?? defaults.timeoutMs,
    onReplay,
  }
}

function laterOf(given: RetryOptions['later'], otherwise: Backoff['later']): Backoff['later'] {
  if (given === undefined) return otherwise
  return given === false ? undefined : { ...laterDefaults, ...otherwise, ...given }
}

function checkSet(set: HandlerSet): void {
  if (set?.kind !== 'house-helper/handlers') {
    throw new SubscriberError('HANDLERS_INVALID', '`on` takes handler sets, as onTasks({ … }) makes them.')
  }
  if (set.protocol !== HANDLERS_PROTOCOL) {
    throw new CoreError(
      'PACKAGES_INCOMPATIBLE',
      `The handlers for ${set.domain} were made by @house-helper/consumer ${set.madeBy} with protocol ${set.protocol}; ` +
        `this subscriber knows protocol ${HANDLERS_PROTOCOL}. Bring the House Helper packages to one major version.`,
      { details: { domain: set.domain, madeBy: set.madeBy } },
    )
  }
}
