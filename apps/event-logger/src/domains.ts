import { bills } from '@house-helper/bills'
import type { Domain } from '@house-helper/events-core'
import { households } from '@house-helper/households'
import { laundry } from '@house-helper/laundry'
import { notifications } from '@house-helper/notifications'
import { shopping } from '@house-helper/shopping'
import { tasks } from '@house-helper/tasks'
import { timers } from '@house-helper/timers'
import { users } from '@house-helper/users'

/** The domains whose contracts the logger judges events by. An event of another domain is recorded all the same. */
export const domains: readonly Domain[] = [tasks, shopping, bills, timers, laundry, households, users, notifications]
