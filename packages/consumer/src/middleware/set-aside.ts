import { type Clock, type DeliveryNote, encodeNote, type Logger } from '@house-helper/events-core'
import { laneKey } from '../scheduling/key-lane.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import type { Courier } from '../setting-aside/courier.ts'
import type { Statistics } from '../statistics.ts'

/** What setting events aside needs. */
export interface SetAsideNeeds {
  readonly courier: Courier
  readonly clock: Clock
  /** Waits without a slot until the work is done, or the event is dropped. */
  readonly park: (event: PendingEvent, dropped: () => void, work: Promise<void>) => Promise<void>
  readonly statistics: Statistics
  readonly logger: Logger
}

/** Writes an event to one of the group's own topics; resolves once that is acknowledged, never for a dropped event. */
export async function setAside(
  { courier, park }: SetAsideNeeds,
  event: PendingEvent,
  note: DeliveryNote,
): Promise<void> {
  // The message may wait for long, and would keep the fetched batch in memory.
  event.detach()
  const { message, envelope, route } = event
  const parcel = courier.send(laneKey(message, envelope, route), encodeNote(message, note))
  await park(event, parcel.callBack, parcel.sent)
  event.setAside = true
}
