import { openEnum } from '@house-helper/events-core'

/** What a member may do in a household. */
export const memberRole = openEnum(['owner', 'admin', 'adult', 'teen', 'child', 'guest'])
