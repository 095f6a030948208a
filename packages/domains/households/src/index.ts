export {
  type BatchContext,
  type BatchHandler,
  type BatchHandlerOptions,
  type BatchOutcome,
  createSubscriber,
  type Delivery,
  type EventHandler,
  type HandlerContext,
  type HandlerOptions,
  type HandlerSet,
  type Health,
  type RetryOptions,
  type Subscriber,
  type SubscriberError,
  type SubscriberOptions,
  type SubscriberStats,
} from '@house-helper/consumer'
export { isHouseHelperError, type Logger } from '@house-helper/events-core'
export type {
  CloseReport,
  PublishError,
  Published,
  PublisherOptions,
  PublisherStats,
  PublishFields,
} from '@house-helper/producer'
export * from './domain.ts'
export * from './handlers.ts'
export * from './household-activity.ts'
export * from './household-created.ts'
export * from './household-member-added.ts'
export * from './household-member-removed.ts'
export * from './publisher.ts'
