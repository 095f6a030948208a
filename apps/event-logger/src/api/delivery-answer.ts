import type { Deliveries, GroupDelivery } from '@house-helper/event-log'
import { z } from 'zod'
import { coverageSchema } from './coverage-answer.ts'
import { deadLetterSummarySchema, summaryAnswer } from './dead-letter-answer.ts'

const count = z.int().nonnegative()

const deliverySchema = z
  .strictObject({
    group: z.string(),
    state: z
      .enum(['waiting', 'passed', 'retrying', 'dead', 'redriven', 'replayed', 'unknown'])
      .describe(
        '`waiting`: not known to be done; `passed`: the group is past it, whatever became of it there; `retrying`: it failed and is tried again; `dead`: given up; `redriven`, `replayed`: sent to the group again; `unknown`: see `reason`.',
      ),
    reason: z
      .enum(['hidden', 'other-log', 'gone', 'not-received'])
      .optional()
      .describe(
        'Why nothing is known. `hidden`: the logger may not look at the group; `other-log`: the topic was made anew since; `gone`: Kafka deleted it before the group had passed it; `not-received`: the group receives the topic no more.',
      ),
    handles: z
      .boolean()
      .optional()
      .describe('Whether the members say that they handle the type. Absent where none says anything.'),
    members: count.optional().describe('Members of the group now. Absent where the logger may not look.'),
    before: count.optional().describe('Uncommitted messages of the partition before this one, while it waits there.'),
    attempts: count.optional().describe('Attempts so far, while it is retried.'),
    deadLetter: deadLetterSummarySchema.optional().describe("The group's newest dead letter of this event."),
    redrivePassed: z
      .boolean()
      .optional()
      .describe('Whether the group is past the last redrive. Absent where there was none, or it is not known.'),
    replays: z
      .array(z.strictObject({ runId: z.string(), startedAt: z.iso.datetime() }))
      .describe('Replay runs that have sent it to the group, the newest first.'),
    inbox: z
      .array(
        z.strictObject({
          kind: z.enum(['live', 'retry', 'redrive', 'replay']),
          topic: z.string(),
          partition: count,
          offset: count,
          attempts: count,
          notBefore: z.iso.datetime().optional().describe('It is not tried before.'),
          replayRunId: z.string().optional(),
        }),
      )
      .describe("What waits in the group's inbox topic for this event."),
    inboxRead: z
      .boolean()
      .describe(
        'Whether all that waits in the inbox was read; where not, more deliveries of this event may wait there.',
      ),
  })
  .meta({ id: 'Delivery', description: 'Where a consumer group stands with an event.' })

/** Where all groups stand with an event. */
export const deliveriesSchema = z
  .strictObject({
    deliveries: z.array(deliverySchema).describe("By group, without the event logger's own."),
    at: z.iso
      .datetime()
      .describe('When the groups were asked. Their newest commits, of about a second, may be missing.'),
    coverage: coverageSchema,
  })
  .meta({ id: 'Deliveries', description: 'Where each group that receives an event stands with it.' })

/** Writes where groups stand. */
export function deliveriesAnswer({ groups, at }: Deliveries): object {
  return { deliveries: groups.map(deliveryAnswer), at }
}

function deliveryAnswer({ deadLetter, ...delivery }: GroupDelivery): object {
  return { ...delivery, deadLetter: deadLetter && summaryAnswer(deadLetter) }
}
