export {
  createDeliveryReader,
  type DeliveredRecord,
  type DeliveryReader,
  type DeliveryReaderOptions,
} from './deliveries.ts'
export type { Deliveries, DeliveryState, GroupDelivery, InboxDelivery, SentReplay, UnknownReason } from './delivery.ts'
