import { type ContractOf, defineDomain, type EventTypeOf, type PublishedData } from '@house-helper/events-core'
import { timerCancelled } from './timer-cancelled.ts'
import { timerCompleted } from './timer-completed.ts'
import { timerPaused } from './timer-paused.ts'
import { timerResumed } from './timer-resumed.ts'
import { timerStarted } from './timer-started.ts'

/** The domain `timers`: every contract of the topic `house-helper.timers`. */
export const timers = defineDomain({
  name: 'timers',
  events: [timerStarted, timerPaused, timerResumed, timerCompleted, timerCancelled],
})

/** An event type of this domain. */
export type TimersEventType = EventTypeOf<typeof timers>

/** What a publisher says with an event of this type. */
export type TimersEventData<Type extends TimersEventType> = PublishedData<ContractOf<typeof timers, Type>>
