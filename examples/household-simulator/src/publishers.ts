import { createBillsPublisher, type Published, type PublisherOptions } from '@house-helper/bills'
import { createHouseholdsPublisher } from '@house-helper/households'
import { createLaundryPublisher } from '@house-helper/laundry'
import { createNotificationsPublisher } from '@house-helper/notifications'
import { createShoppingPublisher } from '@house-helper/shopping'
import { createTasksPublisher } from '@house-helper/tasks'
import { createTimersPublisher } from '@house-helper/timers'
import { createUsersPublisher } from '@house-helper/users'
import type { DomainName, SimulatedEvent } from './simulated-event.ts'

/** The publishers of all domains as one. */
export interface Publishers {
  /** Publishes an event through its own domain's publisher. Resolves once every in-sync replica has it. */
  publish(event: SimulatedEvent): Promise<Published>
  /** Sends what is queued, for at most so many milliseconds; what is left is rejected. */
  close(timeoutMs: number): Promise<void>
}

/** What the publishers have in common once an event's domain, type and data belong together. */
interface AnyPublisher {
  publish(type: string, data: object, fields: object): Promise<Published>
  close(options: { readonly timeoutMs: number }): Promise<unknown>
}

/** Creates a publisher for each domain, as the household's services would have them. */
export function createPublishers(options: Omit<PublisherOptions, 'source'>): Publishers {
  const byDomain: Record<DomainName, unknown> = {
    bills: createBillsPublisher({ ...options, source: 'bill-service' }),
    households: createHouseholdsPublisher({ ...options, source: 'household-service' }),
    laundry: createLaundryPublisher({ ...options, source: 'laundry-service' }),
    notifications: createNotificationsPublisher({ ...options, source: 'notification-service' }),
    shopping: createShoppingPublisher({ ...options, source: 'shopping-service' }),
    tasks: createTasksPublisher({ ...options, source: 'task-service' }),
    timers: createTimersPublisher({ ...options, source: 'timer-service' }),
    users: createUsersPublisher({ ...options, source: 'user-service' }),
  }
  // SimulatedEvent ties domain, type and data together; the compiler can't follow that through a look-up by domain.
  const publishers = byDomain as Record<DomainName, AnyPublisher>
  return {
    publish: ({ domain, type, data, fields }) => publishers[domain].publish(type, data, fields),
    close: async (timeoutMs) => {
      const closings = await Promise.allSettled(
        Object.values(publishers).map((publisher) => publisher.close({ timeoutMs })),
      )
      const failed = closings.filter((closing) => closing.status === 'rejected')
      if (failed.length > 0)
        throw new AggregateError(
          failed.map(({ reason }) => reason),
          'Publishers did not close.',
        )
    },
  }
}
