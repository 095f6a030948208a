import type { CommandResult, DeadLetter, DeadLetterSummary } from '@house-helper/event-log'
import { z } from 'zod'
import { bytesAnswer, bytesSchema, headersAnswer, headersSchema } from './bytes-answer.ts'
import { coverageSchema } from './coverage-answer.ts'

const count = z.int().nonnegative()
const time = z.iso.datetime()
const state = z
  .enum(['open', 'redriven', 'discarded'])
  .describe('`open`: to be seen to; `redriven`: sent to its group again; `discarded`: given up for good.')
const place = z.strictObject({ topic: z.string(), partition: count, offset: count })
const failure = z.strictObject({
  code: z.string().describe('Such as `HANDLER_FAILED` or `CONTRACT_BROKEN`.'),
  message: z.string(),
  at: time,
})
const fingerprint = z.string().describe('The same for failures that are probably the same mistake.')

const summaryFields = {
  id: z.string(),
  group: z.string().describe('The group that gave up.'),
  state,
  count: z.int().positive().describe('How often the group gave up on this event.'),
  time: time.describe('When it first gave up.'),
  lastTime: time.describe('When it last gave up.'),
  eventId: z.string().optional().describe('Absent, as are the next four, where the envelope cannot be read.'),
  type: z.string().optional(),
  source: z.string().optional(),
  timestamp: z.string().optional().describe('When the event happened, as its publisher wrote it.'),
  version: z.string().optional(),
  subject: z.string().optional().describe('The household or user that the event is about.'),
  kind: z
    .enum(['live', 'retry', 'redrive', 'replay'])
    .optional()
    .describe('The kind of the delivery that failed last. Absent, as are the next six, where `unreadable` is given.'),
  attempts: count.optional().describe('How often the handler was tried.'),
  retries: count.optional().describe('How often it was tried later, through the inbox topic.'),
  position: place.optional().describe("The event's place in its domain topic."),
  firstFailure: failure.optional(),
  lastFailure: failure.optional().describe('The reason.'),
  replayRunId: z.string().optional(),
  fingerprint,
  unreadable: z
    .strictObject({ reason: z.string(), message: z.string() })
    .optional()
    .describe('Why it cannot be redriven. It can be discarded.'),
  size: count.describe('Bytes of key and value.'),
  indexedAt: time,
}

/** A dead letter as lists answer it. */
export const deadLetterSummarySchema = z
  .strictObject(summaryFields)
  .meta({ id: 'DeadLetterSummary', description: 'An event that a group gave up on.' })

/** A dead letter as it is answered alone. */
export const deadLetterSchema = z
  .strictObject({
    ...summaryFields,
    key: bytesSchema,
    headers: headersSchema.describe('Without those of the dead letter.'),
    value: bytesSchema,
    changes: z
      .array(
        z.strictObject({
          to: state,
          at: time,
          by: z.string().describe('Who says to have done it; `group` where the group gave up again.'),
          redriveId: z.string().optional(),
          inbox: place.optional().describe("Where the redrive lies in the group's inbox topic."),
        }),
      )
      .describe('The newest 20 changes of its state, oldest first.'),
    places: z.array(z.string()).describe('Where its dead letters lie in Kafka: the newest 100, oldest first.'),
    coverage: coverageSchema,
  })
  .meta({ id: 'DeadLetter', description: 'A dead letter with the original message, byte for byte.' })

/** A page of dead letters. */
export const deadLetterPageSchema = z
  .strictObject({
    deadLetters: z.array(deadLetterSummarySchema).describe('Newest first, by when their group first gave up.'),
    next: z.string().optional().describe('The `cursor` of the next page; absent on the last one.'),
    coverage: coverageSchema,
  })
  .meta({ id: 'DeadLetterPage', description: 'A page of dead letters.' })

/** Dead letters counted by group and fingerprint. */
export const deadLetterGroupsSchema = z
  .strictObject({
    groups: z
      .array(
        z.strictObject({
          group: z.string().describe('The consumer group that gave up.'),
          fingerprint,
          count: z.int().positive(),
          firstTime: time.describe('When it first gave up on one of them.'),
          lastTime: time.describe('When it last did.'),
          exampleId: z.string().optional().describe('The newest of them; absent if it has just changed its state.'),
          type: z.string().optional().describe("The example's event type."),
          failure: failure.optional().describe("The example's last failure."),
        }),
      )
      .describe('The most frequent first.'),
    coverage: coverageSchema,
  })
  .meta({ id: 'DeadLetterGroups', description: 'Dead letters by group and error.' })

/** What a redrive or discard has done. */
export const commandResultSchema = z
  .strictObject({
    matched: count.describe('Open dead letters that the request was about when it came.'),
    changed: count.describe('How many of them were redriven or discarded.'),
    skipped: z
      .array(
        z.strictObject({
          id: z.string(),
          reason: z.enum(['not-found', 'redriven', 'discarded', 'unreadable', 'busy', 'too-large']),
        }),
      )
      .describe('Those that were left alone. `busy`: another request has it in work, or had until a minute ago.'),
    sample: z.array(deadLetterSummarySchema).describe('In a dry run the first five, oldest first; else empty.'),
    problem: z
      .strictObject({ code: z.string(), message: z.string() })
      .optional()
      .describe('Why it ended early. What was changed until then is.'),
    next: z.string().optional().describe('The `cursor` to go on with; absent where all is done.'),
  })
  .meta({ id: 'DeadLetterCommandResult', description: 'What a redrive or discard has done.' })

/** A dead letter as lists answer it. */
export function summaryAnswer(letter: DeadLetterSummary): object {
  const { id, group, state, count, time, lastTime, event, subject, note, fingerprint, unreadable } = letter
  return {
    ...{ id, group, state, count, time, lastTime },
    ...(event && eventAnswer(event)),
    subject,
    ...(note && noteAnswer(note)),
    ...{ fingerprint, unreadable, size: letter.size, indexedAt: letter.indexedAt },
  }
}

/** A dead letter as it is answered alone. */
export function deadLetterAnswer(letter: DeadLetter): object {
  const { key, headers, value, changes, places } = letter
  return {
    ...summaryAnswer(letter),
    key: bytesAnswer(key),
    headers: headersAnswer(headers),
    value: bytesAnswer(value),
    changes,
    places,
  }
}

/** What a command has done, as it is answered. */
export function commandAnswer({ sample, ...rest }: CommandResult): object {
  return { ...rest, sample: sample.map(summaryAnswer) }
}

function eventAnswer({ id, ...rest }: NonNullable<DeadLetterSummary['event']>): object {
  return { eventId: id, ...rest }
}

function noteAnswer(note: NonNullable<DeadLetterSummary['note']>): object {
  const { topic, partition, offset, ...rest } = note
  return { ...rest, position: { topic, partition, offset } }
}
