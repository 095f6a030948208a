import { bills } from '@house-helper/bills'
import type { Domain } from '@house-helper/events-core'
import type { DomainName } from '@house-helper/household-simulator'
import { households } from '@house-helper/households'
import { laundry } from '@house-helper/laundry'
import { notifications } from '@house-helper/notifications'
import { shopping } from '@house-helper/shopping'
import { tasks } from '@house-helper/tasks'
import { timers } from '@house-helper/timers'
import { users } from '@house-helper/users'

/** Every domain of House Helper by its name. */
export const domains: Readonly<Record<DomainName, Domain>> = {
  bills,
  households,
  laundry,
  notifications,
  shopping,
  tasks,
  timers,
  users,
}
