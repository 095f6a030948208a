export type { Published } from './entry.ts'
export { type Outcome, PublishError, type PublishErrorCode, type PublishErrorFields } from './errors.ts'
export type { CauseEvent, EventFields } from './event-fields.ts'
export type { PublisherOptions } from './options.ts'
export {
  type CloseReport,
  createPublisher,
  type Publisher,
  type PublishFields,
  type UndeliveredEvent,
} from './publisher.ts'
export { type Stamp, type StampedEvent, stampEvent } from './stamp.ts'
export type { PublisherStats } from './tally.ts'
