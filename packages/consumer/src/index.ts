export type { BatchContext, BatchHandler, BatchOutcome } from './batch/batch-handler.ts'
export { SubscriberError, type SubscriberErrorCode } from './errors.ts'
export { type EventFields, type ReceivedEvent, receivedEvent } from './event.ts'
export type { Delivery, HandlerContext } from './handler-context.ts'
export {
  type BatchHandlerOptions,
  defineHandlers,
  type EventHandler,
  HANDLERS_PROTOCOL,
  type HandlerEntry,
  type HandlerOptions,
  type HandlerSet,
  type HandlerSettings,
  type Handlers,
} from './handlers.ts'
export type { Health, HealthReason } from './health.ts'
export { type Announcement, readAnnouncement } from './membership/announcement.ts'
export { type ObservationOptions, type ObservedTransport, observeGroups } from './observation/observe-groups.ts'
export type {
  HiddenGroup,
  Observation,
  ObservedGroup,
  ObservedMember,
  ObservedPartition,
} from './observation/observed-group.ts'
export { oldestAgeSeconds } from './observation/oldest.ts'
export { type Standing, standingOf } from './observation/standing.ts'
export type { Once, OnceDelivery, OnceOutcome } from './once.ts'
export type { Handling, OutcomeListener } from './outcome-listener.ts'
export type { Progress, TriedEvent } from './progress/commit-metadata.ts'
export type { LaterOptions, RetryOptions } from './retry-options.ts'
export type { SubscriberSettings } from './settings.ts'
export type { Counters, ProcessingTime } from './statistics.ts'
export type { PartitionStats, SubscriberStats } from './stats.ts'
export { createSubscriber, type Subscriber, type SubscriberOptions } from './subscriber.ts'
