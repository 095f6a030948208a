import type { ContractOf, Domain, EventContract, EventTypeOf } from '@house-helper/events-core'
import type { BatchHandler } from './batch/batch-handler.ts'
import { SubscriberError } from './errors.ts'
import type { ReceivedEvent } from './event.ts'
import type { HandlerContext } from './handler-context.ts'
import { packageVersion } from './package-version.ts'
import type { RetryOptions } from './retry-options.ts'
import { handlerSettingsSchema } from './settings.ts'

/** The protocol between handler sets and subscribers; raised when an older one could not work with a newer other. */
export const HANDLERS_PROTOCOL = 1

/**
 * Handles events of one type. What it throws is tried again; only a settled promise is done. `Extra` is what it needs
 * besides in its context, which the subscriber's `once` gives.
 */
export type EventHandler<Contract extends EventContract = EventContract, Extra = unknown> = (
  event: ReceivedEvent<Contract>,
  context: HandlerContext & Extra,
) => unknown

/** Settings of a handler of its own. */
export interface HandlerSettings {
  /** Default: the subscriber's. */
  readonly retry?: RetryOptions
  /** The deadline of one attempt, in milliseconds. Default: the subscriber's. */
  readonly timeoutMs?: number
  /** What to do with a replayed event. Default `handle`. */
  readonly onReplay?: 'handle' | 'skip'
}

/** A handler with settings of its own. */
export interface HandlerOptions<Contract extends EventContract = EventContract, Extra = unknown>
  extends HandlerSettings {
  readonly handle: EventHandler<Contract, Extra>
  readonly handleBatch?: never
}

/** A batch handler, which handles what is waiting of its type together. */
export interface BatchHandlerOptions<Contract extends EventContract = EventContract, Extra = unknown>
  extends HandlerSettings {
  readonly handleBatch: BatchHandler<Contract, Extra>
  /** How many events it gets at once, at most. Default 100. */
  readonly maxBatchEvents?: number
  readonly handle?: never
}

/** Handlers by the event types of a domain; a type may be left out. */
export type Handlers<D extends Domain, Extra = unknown> = {
  readonly [Type in EventTypeOf<D>]?:
    | EventHandler<ContractOf<D, Type>, Extra>
    | HandlerOptions<ContractOf<D, Type>, Extra>
    | BatchHandlerOptions<ContractOf<D, Type>, Extra>
    | undefined
}

/** One handler of a set, as a subscriber reads it: with `handle`, or with `handleBatch`. */
export interface HandlerEntry {
  readonly contract: EventContract
  readonly handle: EventHandler | undefined
  readonly handleBatch: BatchHandler | undefined
  readonly maxBatchEvents: number | undefined
  readonly retry: RetryOptions
  readonly timeoutMs: number | undefined
  readonly onReplay: 'handle' | 'skip'
}

/**
 * A handler set is the handlers for one domain as plain data, for the subscriber of this or another installed version.
 */
export interface HandlerSet<Extra = unknown> {
  readonly kind: 'house-helper/handlers'
  readonly protocol: number
  /** The version of this package that made it. */
  readonly madeBy: string
  readonly domain: string
  readonly entries: readonly HandlerEntry[]
  /** For the compiler only: what its handlers need of the subscriber's `once`. */
  readonly needs?: (extra: Extra) => void
}

/**
 * Defines how a service handles a domain's events. Pure: nothing is received before a subscriber starts.
 *
 * @example
 * export const onTasks = (handlers: Handlers<typeof tasks>) => defineHandlers(tasks, handlers)
 *
 * @throws SubscriberError `HANDLERS_INVALID` when a key is no event type of the domain, or a value is no handler.
 */
export function defineHandlers<D extends Domain, Extra = unknown>(
  domain: D,
  handlers: Handlers<D, Extra>,
): HandlerSet<Extra> {
  const given = handlers as Readonly<Record<string, GivenHandler | undefined>>
  const entries = Object.entries(given).flatMap(([type, handler]) =>
    handler === undefined ? [] : [entryOf(domain, type, handler)],
  )
  return {
    kind: 'house-helper/handlers',
    protocol: HANDLERS_PROTOCOL,
    madeBy: packageVersion,
    domain: domain.name,
    entries,
  }
}

type GivenHandler = EventHandler | HandlerOptions | BatchHandlerOptions

function entryOf(domain: Domain, type: string, given: GivenHandler): HandlerEntry {
  const contract = domain.contract(type)
  if (contract === undefined) {
    const types = domain.events.map((event) => event.type).join(', ')
    throw invalid(type, `The domain ${domain.name} has no event type ${JSON.stringify(type)}; it has ${types}.`)
  }
  const options = typeof given === 'function' ? { handle: given } : given
  const { handle, handleBatch } = options ?? {}
  if ((typeof handle === 'function') === (typeof handleBatch === 'function')) {
    const message = `The handler of ${type} is no function: give a function, or either handle or handleBatch with retry, timeoutMs, onReplay.`
    throw invalid(type, message)
  }
  const settings = handlerSettingsSchema.safeParse(options)
  if (!settings.success) {
    const issues = settings.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw invalid(type, `Settings of the handler of ${type} are wrong: ${issues.join('; ')}.`)
  }
  const { retry = {}, timeoutMs, onReplay = 'handle' } = options
  const maxBatchEvents = 'maxBatchEvents' in options ? options.maxBatchEvents : undefined
  return { contract, handle, handleBatch, maxBatchEvents, retry, timeoutMs, onReplay }
}

function invalid(type: string, message: string): SubscriberError {
  return new SubscriberError('HANDLERS_INVALID', message, { details: { type } })
}
