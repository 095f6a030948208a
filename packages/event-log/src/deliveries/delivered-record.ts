import type { EventRecord } from '../event-record.ts'

/** What of a record tells its deliveries. */
export type DeliveredRecord = Pick<
  EventRecord,
  'recordId' | 'id' | 'type' | 'topic' | 'partition' | 'offset' | 'generation'
>
