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
export * from './laundry-dry-complete.ts'
export * from './laundry-started.ts'
export * from './laundry-wash-complete.ts'
export * from './publisher.ts'
