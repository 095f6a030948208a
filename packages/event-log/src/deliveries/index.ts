export type { DeliveredRecord } from './delivered-record.ts'
export {
  createDeliveryReader,
  type DeliveryReader,
  type DeliveryReaderOptions,
} from './deliveries.ts'
export type { Deliveries, DeliveryState, GroupDelivery, InboxDelivery, SentReplay, UnknownReason } from './delivery.ts'
