import { bills } from '@house-helper/bills'
import type { Domain } from '@house-helper/events-core'
import { households } from '@house-helper/households'
import { laundry } from '@house-helper/laundry'
import { notifications } from '@house-helper/notifications'
import { shopping } from '@house-helper/shopping'
import { tasks } from '@house-helper/tasks'
import { timers } from '@house-helper/timers'
import { users } from '@house-helper/users'

/** The domains that this program knows: whose topics it plans and whose events it publishes. */
export const domains: readonly Domain[] = [tasks, shopping, bills, timers, laundry, households, users, notifications]
