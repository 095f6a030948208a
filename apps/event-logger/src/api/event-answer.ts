import type { Coverage, CurrentForm, EventLog, EventPage, EventRecord } from '@house-helper/event-log'
import { z } from 'zod'
import { coverageAnswer, coverageSchema } from './coverage-answer.ts'
import { jsonMembers } from './json-members.ts'

const jsonObject = z.looseObject({}).describe('A JSON object, exactly as the publisher wrote it.')

const eventFields = {
  id: z.string().describe("The event's id, as its publisher gave it."),
  recordId: z
    .string()
    .describe("The record's id: the event's or, where another event has that, `<id>@<topic>/<partition>/<offset>`."),
  type: z.string().describe('The event type, such as `task.completed`.'),
  source: z.string().describe('The service that published it.'),
  subject: z
    .string()
    .optional()
    .describe('Whom it is about: the household, else the user. Absent if it names neither.'),
  householdId: z.string().optional(),
  userId: z.string().optional(),
  timestamp: z.string().describe('When it happened, exactly as the publisher wrote it (RFC 3339).'),
  version: z.string().describe("The contract's version, `major.minor`."),
  correlationId: z.string().describe('What it belongs to; its own id where it began something.'),
  causationId: z.string().optional().describe('The id of the event that caused it. Absent if none did.'),
  data: jsonObject,
  metadata: jsonObject.optional(),
  contract: z
    .enum(['ok', 'broken', 'unknown-type', 'unknown-version'])
    .describe('What the contracts thought of it when it was recorded.'),
  issues: z
    .array(z.strictObject({ path: z.string(), message: z.string() }))
    .describe('What breaks the contract; empty unless `contract` is `broken`.'),
  conflict: z.boolean().describe('Whether another event has the same id and says something else.'),
  position: z
    .strictObject({ topic: z.string(), partition: z.int(), offset: z.int(), generation: z.int() })
    .describe("Where it lies in Kafka. The generation rises when a topic's content was replaced."),
  brokerTime: z.iso.datetime().describe('The timestamp of the Kafka message.'),
  recordedAt: z.iso.datetime().describe('When the logger wrote it down.'),
}

/** An event as the API answers it. */
export const eventSchema = z
  .strictObject(eventFields)
  .meta({ id: 'Event', description: 'An event as it was recorded.' })

const currentSchema = z
  .strictObject({
    version: z.string().describe("The contract's version now."),
    data: z.looseObject({}).optional().describe('What a handler gets: `data` after its upcasts. Absent if they fail.'),
    issues: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Why a handler gets none.'),
  })
  .meta({ id: 'CurrentForm', description: "An event of an older major version, as today's contract reads it." })

/** An event as it is answered alone. */
export const coveredEventSchema = z
  .strictObject({
    ...eventFields,
    current: currentSchema
      .optional()
      .describe("What a handler gets of it now. Absent if it is of the contract's own major, or not known to it."),
    coverage: coverageSchema,
  })
  .meta({ id: 'CoveredEvent', description: 'An event as it was recorded, with how far the log was.' })

/** A page of events. */
export const eventPageSchema = z
  .strictObject({
    events: z.array(eventSchema).describe('Newest first, by the time of the event.'),
    next: z.string().optional().describe('The `cursor` of the next page; absent on the last one.'),
    filter: z.string().describe('The filter as it was understood, with times resolved.'),
    asOf: z
      .string()
      .describe(
        'What all pages of this list are pinned to: how far the log was recorded at the first. An export takes it.',
      ),
    coverage: coverageSchema,
  })
  .meta({ id: 'EventPage', description: 'A page of events. It may be shorter than `limit` and yet have a `next`.' })

/** Writes a page as JSON text of {@link eventPageSchema}. */
export async function eventPageJson(
  { items, next, filter, asOf, coverage }: EventPage,
  log: Pick<EventLog, 'writeVector'>,
): Promise<string> {
  const rest = JSON.stringify({ next, filter, asOf: await log.writeVector(asOf), coverage: coverageAnswer(coverage) })
  return `{"events":[${items.map(eventJson).join(',')}],${rest.slice(1)}`
}

/**
 * Writes a record as JSON text of {@link eventSchema}.
 *
 * `data` and `metadata` are cut from the message's own text, not printed again: 64-bit integers and key order stay.
 */
export function eventJson(record: EventRecord): string {
  const { contract, issues, conflict, brokerTime, recordedAt } = record
  const { topic, partition, offset, generation } = record
  const { data, metadata } = publishersOwn(record)
  // Put together by hand: that takes half the time of printing objects, and an export is made of little else.
  return (
    `{${envelopeJson(record)},"data":${data}${metadata}` +
    `,"contract":"${contract}","issues":${issues.length === 0 ? '[]' : JSON.stringify(issues)},"conflict":${conflict}` +
    `,"position":{"topic":${JSON.stringify(topic)},"partition":${partition},"offset":${offset},"generation":${generation}}` +
    `,"brokerTime":"${brokerTime.toISOString()}","recordedAt":"${recordedAt.toISOString()}"}`
  )
}

/** The texts of `data` and, as a member, of `metadata`, as they stand in the message. */
function publishersOwn(record: EventRecord): { readonly data: string; readonly metadata: string } {
  const { value, id } = record
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
  const own = jsonMembers(text)
  const [data, metadata] = [own.get('data'), own.get('metadata')]
  // The recorder has decoded it once; to do so again takes longer than all else here. What does not look like what it
  // stored, or has escapes in its id, is decoded: `record.data` throws where the document was altered.
  const isAsStored = own.get('id') === `"${id}"` && data?.at(-1) === '}' && text.trimEnd().endsWith('}')
  if (!isAsStored) void record.data
  return {
    data: data ?? '{}',
    metadata: metadata === undefined || metadata === 'null' ? '' : `,"metadata":${metadata}`,
  }
}

/** Writes a record as JSON text of {@link coveredEventSchema}. */
export function coveredEventJson(
  record: EventRecord,
  { current, coverage }: { readonly current: CurrentForm | undefined; readonly coverage: Coverage },
): string {
  const rest = JSON.stringify({ current, coverage: coverageAnswer(coverage) })
  return `${eventJson(record).slice(0, -1)},${rest.slice(1)}`
}

/** The members that are texts of the record. */
function envelopeJson(record: EventRecord): string {
  const { recordId, id, type, source, subject, householdId, userId, timestamp, version } = record
  const { correlationId, causationId } = record
  return (
    `"id":${JSON.stringify(id)},"recordId":${JSON.stringify(recordId)},"type":${JSON.stringify(type)}` +
    `,"source":${JSON.stringify(source)}${member('subject', subject)}${member('householdId', householdId)}` +
    `${member('userId', userId)},"timestamp":${JSON.stringify(timestamp)},"version":${JSON.stringify(version)}` +
    `,"correlationId":${JSON.stringify(correlationId)}${member('causationId', causationId)}`
  )
}

function member(name: string, text: string | undefined): string {
  return text === undefined ? '' : `,"${name}":${JSON.stringify(text)}`
}

/**
 * Writes a record as {@link eventJson} does, in one line: line breaks of the publisher's text become spaces, which changes
 * no value, since they stand between values only.
 */
export function eventLine(record: EventRecord): string {
  const json = eventJson(record)
  // Few publishers write line breaks, and looking for one is cheaper than replacing none.
  return json.includes('\n') || json.includes('\r') ? json.replace(/[\r\n]+/g, ' ') : json
}
