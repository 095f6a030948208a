import type { BillsEventData, BillsEventType } from '@house-helper/bills'
import type { HouseholdsEventData, HouseholdsEventType } from '@house-helper/households'
import type { LaundryEventData, LaundryEventType } from '@house-helper/laundry'
import type { NotificationsEventData, NotificationsEventType } from '@house-helper/notifications'
import type { ShoppingEventData, ShoppingEventType } from '@house-helper/shopping'
import type { TasksEventData, TasksEventType } from '@house-helper/tasks'
import type { TimersEventData, TimersEventType } from '@house-helper/timers'
import type { UsersEventData, UsersEventType } from '@house-helper/users'

/** What publishers say, by domain and event type. */
export interface DataByDomain {
  readonly bills: { readonly [Type in BillsEventType]: BillsEventData<Type> }
  readonly households: { readonly [Type in HouseholdsEventType]: HouseholdsEventData<Type> }
  readonly laundry: { readonly [Type in LaundryEventType]: LaundryEventData<Type> }
  readonly notifications: { readonly [Type in NotificationsEventType]: NotificationsEventData<Type> }
  readonly shopping: { readonly [Type in ShoppingEventType]: ShoppingEventData<Type> }
  readonly tasks: { readonly [Type in TasksEventType]: TasksEventData<Type> }
  readonly timers: { readonly [Type in TimersEventType]: TimersEventData<Type> }
  readonly users: { readonly [Type in UsersEventType]: UsersEventData<Type> }
}

/** The name of a domain. */
export type DomainName = keyof DataByDomain

/** The event types of a domain. */
export type TypeOf<Name extends DomainName> = keyof DataByDomain[Name] & string

/** What a simulated event says besides its data. */
export interface SimulatedFields {
  readonly id: string
  readonly householdId: string
  readonly userId?: string
  readonly timestamp: string
  readonly correlationId: string
  /** The event that caused this one; absent where a person or a machine did. */
  readonly causationId?: string
}

/** A simulated event is what one publisher is to publish. */
export type SimulatedEvent = {
  [Name in DomainName]: {
    [Type in TypeOf<Name>]: {
      readonly domain: Name
      readonly type: Type
      readonly data: DataByDomain[Name][Type]
      readonly fields: SimulatedFields
    }
  }[TypeOf<Name>]
}[DomainName]
