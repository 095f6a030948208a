import { deadLetterNote } from '../setting-aside/delivery-note.ts'
import type { GiveUp } from './give-up.ts'
import { type SetAsideNeeds, setAside } from './set-aside.ts'

/**
 * Writes an event that is given up to the group's dead-letter topic; its key goes on once that is acknowledged.
 *
 * As long as it cannot be written its key waits. A crash between acknowledgement and commit has the event come again:
 * at most one more dead letter for each crash, recognisable by the same original position.
 */
export function deadLetter(needs: SetAsideNeeds): GiveUp {
  const { courier, clock, statistics, logger } = needs
  return async (event, failure) => {
    const fields = { ...event.place(), attempts: event.attemptsAltogether, code: failure.code }
    statistics.givenUp += 1
    await setAside(needs, event, deadLetterNote(event, failure, clock.now()))
    statistics.deadLettered += 1
    logger.error(
      { ...fields, deadLetters: courier.topic, err: failure },
      'An event is given up: it is a dead letter now',
    )
  }
}
