export {
  createDeliveryReader,
  type DeliveredRecord,
  type DeliveryReader,
  type DeliveryReaderOptions,
} from './deliveries.ts'
export type { Deliveries, DeliveryState, GroupDelivery, InboxDelivery, UnknownReason } from './delivery.ts'
