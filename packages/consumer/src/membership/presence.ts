import { isHouseHelperError, type Logger, type Transport } from '@house-helper/events-core'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import { readAnnouncement } from './announcement.ts'

/** The pause before the group is asked again, in milliseconds. */
const ASK_AGAIN_MS = 500

/** What asking for the members needs. */
export interface PresenceNeeds {
  readonly transport: Transport
  readonly groupId: string
  /** Waits without a slot. */
  readonly wait: (event: PendingEvent, delayMs: number) => Promise<void>
  readonly logger: Logger
}

/**
 * Makes a function that says which instances are members of the group now. While the group shares its partitions anew,
 * or does not answer, nobody knows: the event that it is asked for waits.
 */
export function createPresence({ transport, groupId, wait, logger }: PresenceNeeds) {
  return async (event: PendingEvent): Promise<ReadonlySet<string>> => {
    for (;;) {
      const found = await ask()
      if (found !== undefined) return found
      await wait(event, ASK_AGAIN_MS)
    }
  }

  async function ask(): Promise<ReadonlySet<string> | undefined> {
    try {
      const { state, members } = await transport.admin.describeGroup(groupId)
      if (state !== 'stable') return undefined
      const instances = members.map(({ announcement }) => readAnnouncement(announcement)?.instance)
      return new Set(instances.filter((instance) => instance !== undefined))
    } catch (error) {
      if (!isHouseHelperError(error)) throw error
      logger.warn({ groupId, err: error }, 'The members of the group are not known; an event waits for them')
      return undefined
    }
  }
}
