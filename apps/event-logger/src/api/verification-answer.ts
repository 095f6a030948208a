import { findingKinds } from '@house-helper/event-log'
import { z } from 'zod'

const count = z.int().nonnegative()
const place = { topic: z.string(), partition: count }
const generation = z.int().positive().describe("Rises when the topic's content was replaced.")

const findingSchema = z
  .strictObject({
    ...place,
    generation,
    kind: z
      .enum(findingKinds)
      .describe(
        '`missing`: recorded by the ledger and not stored. `different`: stored bytes are not those of the topic. `extra`: stored where there is no message. `unrecorded`: in the topic where the ledger has a gap. `head-differs`: what is stored does not lead to the head in the ledger. `ledger-broken`: entries do not follow one another.',
      ),
    from: count.describe('The first offset.'),
    to: count.describe('The offset after the last one.'),
    inTopic: z.boolean().describe('Whether the topic still has the messages, so that a backfill can record them.'),
    detail: z.string().describe('What is wrong there, as a sentence.'),
  })
  .meta({ id: 'Finding', description: 'Something wrong with the log, and exactly where.' })

const progressSchema = z.strictObject({
  kind: z.literal('progress'),
  progress: z.strictObject({
    ...place,
    generation,
    next: count.describe('Up to which offset of the generation it is checked.'),
    end: count.describe('Up to which offset of the newest generation it will be.'),
  }),
})
const foundSchema = z.strictObject({ kind: z.literal('finding'), finding: findingSchema })

const verdictSchema = z.strictObject({
  kind: z.literal('partition'),
  partition: z.strictObject({
    ...place,
    generations: count,
    next: count.describe('Up to which offset of the newest generation it was checked.'),
    entries: count.describe('Entries of the ledger.'),
    messages: count.describe('Messages that the ledger has.'),
    compared: count.describe('Messages that were compared with the topic, byte for byte: those that it still holds.'),
    removed: count.describe('Messages that retention has removed.'),
    gaps: count.describe('Offsets in gaps.'),
    heads: z.strictObject({
      proved: count.describe('Entries whose head was computed anew.'),
      unproved: count.describe('Entries of which bytes are neither stored nor in the topic.'),
    }),
    topicIsSame: z.boolean().describe('Whether the topic is the log that the ledger tells of.'),
    findings: count,
  }),
})

/** A line of a verification. */
export const verificationLineSchema = z
  .discriminatedUnion('kind', [
    progressSchema,
    foundSchema,
    verdictSchema,
    z.strictObject({
      kind: z.literal('summary'),
      summary: z.strictObject({
        partitions: count,
        messages: count,
        compared: count,
        removed: count,
        findings: count,
      }),
    }),
  ])
  .meta({
    id: 'VerificationLine',
    description: 'A line of a verification. The last one is the summary: an answer that does not end with it was cut.',
  })

/** A line of a backfill. */
export const backfillLineSchema = z
  .discriminatedUnion('kind', [
    progressSchema,
    foundSchema,
    z.strictObject({
      kind: z.literal('backfilled'),
      message: z.strictObject({
        ...place,
        generation,
        offset: count,
        reason: z.enum(['missing', 'unrecorded']).describe('What was wrong there.'),
        outcome: z
          .enum(['recorded', 'repeat', 'conflict', 'quarantined'])
          .describe('What became of the message, as if it had been recorded in time.'),
      }),
    }),
    z.strictObject({
      kind: z.literal('summary'),
      summary: z.strictObject({
        found: count.describe('Messages that the log lacked and the topic has.'),
        backfilled: count.describe('How many of them are recorded now; none in a dry run.'),
        gone: count.describe('Messages that the log lacks and the topic has no more.'),
      }),
    }),
  ])
  .meta({
    id: 'BackfillLine',
    description: 'A line of a backfill. The last one is the summary: an answer that does not end with it was cut.',
  })
