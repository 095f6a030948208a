import { hash } from 'node:crypto'
import {
  type DeadLetterNote,
  type DecodedNote,
  type Domain,
  decodeDeadLetter,
  decodeEnvelope,
  type FailureNote,
  type FetchedMessage,
  type OriginalMessage,
  subjectOf,
  type TopicPartition,
} from '@house-helper/events-core'
import { type HeadChain, messageDigest } from '../head.ts'
import type { DeadLetterDocument } from './document.ts'

/** A partition of a group's dead-letter topic. */
export interface DeadPlace extends TopicPartition {
  readonly group: string
}

/** Makes the document of a dead letter; pure, and never throws for what a message holds. */
export type DeadLetterMaker = (message: FetchedMessage, place: DeadPlace, now: Date) => DeadLetterDocument

/** A document has 16 MiB; what is beside key, headers and value is small. */
const MAX_BYTES = 15 * 1024 * 1024
/** Ids are for people to copy: 96 bits of a hash. */
const ID_LENGTH = 24

/** Makes a maker that finds the subject of an event by the contracts of these domains. */
export function deadLetterMaker(domains: readonly Domain[], chain: HeadChain): DeadLetterMaker {
  const subjectKinds = new Map(domains.flatMap(({ events }) => events).map(({ type, subject }) => [type, subject]))
  return (message, place, now) => {
    const decoded = decodeDeadLetter(message)
    const { original } = decoded
    const note = decoded.ok ? decoded.note : undefined
    const size = (original.key?.length ?? 0) + (original.value?.length ?? 0)
    const unreadable = unreadableOf(decoded, place, message)
    const readable = unreadable === undefined ? note : undefined
    const time = dateOf(message.timestampMs) ?? now
    return {
      _id: deadLetterId(place, message, readable, original, chain),
      group: place.group,
      state: 'open',
      count: 1,
      time,
      offset: message.offset,
      lastTime: time,
      places: [`${place.topic}/${place.partition}/${message.offset}`],
      size,
      ...(readable === undefined ? {} : { note: noteFields(readable) }),
      fingerprint: readable?.fingerprint ?? `unreadable:${unreadable?.reason}`,
      ...(unreadable === undefined ? {} : { unreadable }),
      ...eventFields(original, subjectKinds),
      ...(unreadable?.reason === 'too-large' ? noBytes : bytesOf(original)),
      changes: [],
      indexedAt: now,
    }
  }
}

/**
 * The id of a dead letter: of its group, the original position, the replay run and the original message. So the same
 * event that is given up twice is one dead letter, and another one at the same position, after Kafka was made anew, is not.
 */
function deadLetterId(
  { group, topic, partition }: DeadPlace,
  { offset }: FetchedMessage,
  note: DeadLetterNote | undefined,
  original: OriginalMessage,
  chain: HeadChain,
): string {
  const at = note === undefined ? { topic, partition, offset } : note.origin
  const digest = Buffer.from(messageDigest(chain, { offset: at.offset, ...original })).toString('hex')
  const identity = [group, at.topic, at.partition, at.offset, note?.replayRunId ?? null, digest]
  return hash('sha256', JSON.stringify(identity), 'hex').slice(0, ID_LENGTH)
}

function unreadableOf(
  decoded: DecodedNote<DeadLetterNote>,
  { group, topic }: DeadPlace,
  message: FetchedMessage,
): DeadLetterDocument['unreadable'] {
  if (sizeOf(message) > MAX_BYTES) {
    return { reason: 'too-large', message: 'The message is larger than a document can be; it stays in its topic only.' }
  }
  if (!decoded.ok) {
    const reason = decoded.problem.code === 'DELIVERY_MISSING' ? 'headers-missing' : 'headers-broken'
    return { reason, message: decoded.problem.message }
  }
  // Whoever may write one group's dead letters must not reach another group's inbox with them.
  if (decoded.note.groupId === group) return undefined
  return { reason: 'other-group', message: `It lies in ${topic}, but its header hh-group names another group.` }
}

function sizeOf({ key, value, headers }: FetchedMessage): number {
  const content = (key?.length ?? 0) + (value?.length ?? 0)
  return headers.reduce((sum, [name, bytes]) => sum + Buffer.byteLength(name) + (bytes?.length ?? 0), content)
}

function noteFields(note: DeadLetterNote): NonNullable<DeadLetterDocument['note']> {
  const { kind, origin, attempts, retries, firstFailure, lastFailure, replayRunId } = note
  return {
    kind,
    ...origin,
    attempts,
    retries,
    firstFailure: failureFields(firstFailure),
    lastFailure: failureFields(lastFailure),
    ...(replayRunId === undefined ? {} : { replayRunId }),
  }
}

function failureFields({ code, message, atMs }: FailureNote) {
  return { code, message, at: new Date(atMs) }
}

function eventFields(
  original: OriginalMessage,
  subjectKinds: ReadonlyMap<string, 'household' | 'user'>,
): Pick<DeadLetterDocument, 'event' | 'subject'> {
  const decoded = decodeEnvelope(original.value)
  if (!decoded.readable) return {}
  const { id, type, source, timestamp, version } = decoded.envelope
  const kind = subjectKinds.get(type)
  const subject = (kind && subjectOf(decoded.envelope, kind)) ?? subjectOf(decoded.envelope)
  return { event: { id, type, source, timestamp, version }, ...(subject === undefined ? {} : { subject }) }
}

const noBytes: Pick<DeadLetterDocument, 'key' | 'headers' | 'value'> = { key: null, headers: [], value: null }

function bytesOf({ key, headers, value }: OriginalMessage): typeof noBytes {
  return { key, headers: headers.map(([name, bytes]) => ({ name, value: bytes })), value }
}

/** Milliseconds as a date; undefined where they name none, as a producer may have written any number. */
function dateOf(ms: number): Date | undefined {
  return ms >= 0 && ms <= 8.64e15 ? new Date(ms) : undefined
}
