import {
  type DeadLetterNote,
  decodeDeadLetter,
  decodeEnvelope,
  type OriginalMessage,
  topicNames,
} from '@house-helper/events-core'
import type { Stand } from '../stand.ts'
import { readTopics } from '../topic-reader.ts'

/** A dead letter of a stand's handlers. */
export interface FoundDeadLetter {
  /** Of the event in it; empty where that has no readable envelope. */
  readonly eventId: string
  readonly note: DeadLetterNote
  readonly original: OriginalMessage
}

/** Reads all dead letters of a stand's handlers; fails at one without its headers. */
export async function deadLettersOf({ transport, name, handlerGroup }: Stand): Promise<FoundDeadLetter[]> {
  const found: FoundDeadLetter[] = []
  for await (const message of readTopics(transport, [topicNames(name).dead(handlerGroup)])) {
    const decoded = decodeDeadLetter(message)
    if (!decoded.ok) throw new Error(`A dead letter at offset ${message.offset}: ${decoded.problem.message}`)
    const { note, original } = decoded
    const event = decodeEnvelope(original.value)
    found.push({ eventId: event.readable ? event.envelope.id : '', note, original })
  }
  return found
}
