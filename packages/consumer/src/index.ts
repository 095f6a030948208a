export type { Announcement } from './announcement.ts'
export { SubscriberError, type SubscriberErrorCode } from './errors.ts'
export type { EventFields, ReceivedEvent } from './event.ts'
export type { Delivery, HandlerContext } from './handler-context.ts'
export {
  defineHandlers,
  type EventHandler,
  HANDLERS_PROTOCOL,
  type HandlerEntry,
  type HandlerOptions,
  type HandlerSet,
  type Handlers,
  type LaterOptions,
  type RetryOptions,
} from './handlers.ts'
export type { Health, HealthReason } from './health.ts'
export type { Once, OnceDelivery, OnceOutcome } from './once.ts'
export type { SubscriberSettings } from './settings.ts'
export type { Counters, ProcessingTime } from './statistics.ts'
export type { PartitionStats, SubscriberStats } from './stats.ts'
export { createSubscriber, type Subscriber, type SubscriberOptions } from './subscriber.ts'
