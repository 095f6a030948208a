import {
  causationIdOf,
  correlationIdOf,
  createJudge,
  type Domain,
  decodeEnvelope,
  type Envelope,
  type FetchedMessage,
  type Headers,
  type Issue,
  parseTimestamp,
  subjectOf,
  type TopicPartition,
} from '@house-helper/events-core'
import type { QuarantineDocument, RecordDocument } from '../documents.ts'
import { checkView } from './view.ts'

/** A partition's log in one generation: what its documents' ids are made of. */
export interface Generation extends TopicPartition {
  readonly generation: number
}

/** What is to be stored for a message: a record, or the message in quarantine. */
export type MessageDocument =
  | { readonly kind: 'record'; readonly document: RecordDocument }
  | { readonly kind: 'quarantine'; readonly document: QuarantineDocument }

/** Makes what is to be stored for a message; pure, and never throws for what a message holds. */
export type DocumentMaker = (message: FetchedMessage, place: Generation, now: Date) => MessageDocument

/** The name of a message's place, `<topic>/<partition>/<offset>`; in a later generation than the first `~<generation>` follows. */
export function positionId({ topic, partition, generation }: Generation, offset: number): string {
  return `${topic}/${partition}/${offset}${generation === 1 ? '' : `~${generation}`}`
}

/** Makes a maker that judges events by the contracts of these domains. */
export function documentMaker(domains: readonly Domain[]): DocumentMaker {
  const judge = createJudge(domains)
  const subjectKinds = new Map(domains.flatMap(({ events }) => events).map(({ type, subject }) => [type, subject]))
  return (message, place, now) => {
    const decoded = decodeEnvelope(message.value)
    if (!decoded.readable) {
      const { reason, message: sentence } = decoded
      const document = { _id: positionId(place, message.offset), reason, message: sentence, ...bytesOf(message, place) }
      return { kind: 'quarantine', document: { ...document, value: message.value, quarantinedAt: now } }
    }
    const { envelope } = decoded
    // A readable envelope has a value.
    const value = message.value ?? new Uint8Array()
    const kind = subjectKinds.get(envelope.type)
    const verdict = judge(envelope)
    return {
      kind: 'record',
      document: {
        ...envelopeFields(envelope, kind),
        contract: verdict.contract,
        ...(verdict.contract === 'broken' ? { issues: verdict.issues.slice(0, MAX_ISSUES).map(shortIssue) } : {}),
        ...view(envelope.data, value),
        ...bytesOf(message, place),
        value,
        recordedAt: now,
      },
    }
  }
}

function envelopeFields(envelope: Envelope, kind: 'household' | 'user' | undefined) {
  const { id, type, source, householdId, userId, timestamp, version } = envelope
  return {
    _id: id,
    type,
    source,
    // An event that misses the subject of its contract is listed under whom it does name.
    subject: (kind && subjectOf(envelope, kind)) ?? subjectOf(envelope),
    householdId,
    userId,
    timestamp,
    time: new Date(parseTimestamp(timestamp) ?? Number.NaN),
    version,
    correlationId: correlationIdOf(envelope),
    causationId: causationIdOf(envelope),
  }
}

function view(data: Envelope['data'], value: Uint8Array): Pick<RecordDocument, 'data' | 'noView' | 'viewNote'> {
  const check = checkView(data, value)
  if (!check.fits) return { noView: check.reason }
  return check.exact ? { data } : { data, viewNote: 'inexact-numbers' }
}

function bytesOf({ offset, timestampMs, key, headers }: FetchedMessage, { topic, partition, generation }: Generation) {
  return { topic, partition, offset, generation, brokerTime: new Date(timestampMs), key, headers: headersOf(headers) }
}

const noHeaders: RecordDocument['headers'] = []

function headersOf(headers: Headers): RecordDocument['headers'] {
  return headers.length === 0 ? noHeaders : headers.map(([name, value]) => ({ name, value }))
}

// The issues are for people; a list of thousands, or a path made of a long key, would outgrow the record.
const MAX_ISSUES = 20
const MAX_PATH = 200
const MAX_MESSAGE = 500

function shortIssue({ path, message }: Issue): Issue {
  return { path: path.slice(0, MAX_PATH), message: message.slice(0, MAX_MESSAGE) }
}
