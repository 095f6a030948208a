import type { ReplayPlan, ReplayRun } from '@house-helper/event-log'
import { z } from 'zod'

const count = z.int().nonnegative()
const time = z.iso.datetime()

/** One position of a vector, in requests and answers. */
export const positionSchema = z.strictObject({
  topic: z.string().min(1).max(1024),
  partition: count,
  generation: z.int().positive(),
  offset: count,
})

const vector = z.array(positionSchema)
const reason = z.strictObject({ code: z.string(), message: z.string() })
const target = z.strictObject({
  group: z.string().describe('Whom the deliveries are addressed to.'),
  topic: z.string().describe("The group's inbox topic, or the sandbox topic."),
})

/** What a replay would send. */
export const replayPlanSchema = z
  .strictObject({
    id: z.string(),
    createdAt: time,
    expiresAt: time.describe('It can be run until then.'),
    by: z.string().describe('Who says to have made it.'),
    filter: z.string().describe('With every relative time resolved.'),
    from: vector.describe('Where it begins, exactly.'),
    until: vector.describe('Where it ends, exactly: what is recorded later is not in it.'),
    targets: z.array(target),
    sandbox: z.boolean().describe('Whether it goes to a sandbox topic, where no group reads it by itself.'),
    ratePerSecond: z.int().positive(),
    durationMs: count.describe('How long sending takes at that rate.'),
    count: count.describe('Events that it sends to each target.'),
    bytes: count,
    types: z.array(z.strictObject({ type: z.string(), count })).describe('The most frequent first.'),
    first: time.optional().describe('When the first of them happened, by its own timestamp.'),
    last: time.optional(),
    contract: z
      .strictObject({
        judged: count.describe('How many were judged: fewer than all where that took too long.'),
        ok: count,
        broken: count,
        unknownType: count,
        unknownVersion: count,
        examples: z.array(
          z.strictObject({
            id: z.string(),
            type: z.string(),
            issues: z.array(z.strictObject({ path: z.string(), message: z.string() })),
          }),
        ),
      })
      .describe("What today's contracts think of the events; a group dead-letters those that are broken."),
    sample: z
      .array(
        z.strictObject({
          id: z.string(),
          type: z.string(),
          subject: z.string().optional(),
          timestamp: z.string(),
          ...{ topic: z.string(), partition: count, offset: count },
        }),
      )
      .describe('The first five.'),
    groups: z
      .array(
        z.strictObject({
          group: z.string(),
          types: z.array(
            z.strictObject({
              type: z.string(),
              onReplay: z
                .enum(['handle', 'skip', 'ignore', 'mixed', 'unknown'])
                .describe('`ignore`: no handler; `mixed`: its members differ; `unknown`: nobody has said.'),
            }),
          ),
          members: count.optional().describe('Absent where the group could not be asked.'),
          announced: count.optional().describe('Members that said something.'),
        }),
      )
      .describe('What the groups have announced about replays.'),
  })
  .meta({ id: 'ReplayPlan', description: 'What a replay would send, with pinned bounds.' })

const state = z
  .enum(['planned', 'running', 'paused', 'done', 'cancelled', 'failed'])
  .describe('`planned`: no event logger has begun it yet; `failed`: see `reason`; it can be resumed.')

/** A replay run. */
export const replayRunSchema = z
  .strictObject({
    id: z.string().describe('It is on each delivery, as `hh-replay-run`.'),
    planId: z.string(),
    filter: z.string(),
    from: vector,
    until: vector,
    targets: z.array(target),
    state,
    reason: reason.optional().describe('Why it failed, or why it does not get on now.'),
    total: count.describe('Events that the plan has counted.'),
    sent: count.describe('Events that every target has.'),
    position: vector.describe('What is to be sent next.'),
    ratePerSecond: z.int().positive(),
    perSecond: z.number().nonnegative().describe('As measured over the last seconds.'),
    remainingMs: count.optional().describe('How long it goes on; absent where it is not being sent.'),
    by: z.string(),
    createdAt: time,
    startedAt: time.optional(),
    endedAt: time.optional(),
    updatedAt: time,
    changes: z
      .array(z.strictObject({ to: state, at: time, by: z.string(), reason: reason.optional() }))
      .describe('The last 50 changes of its state, oldest first.'),
  })
  .meta({ id: 'ReplayRun', description: 'The sending of a replay plan, with its progress.' })

/** The newest replay runs. */
export const replayListSchema = z
  .strictObject({ replays: z.array(replayRunSchema).describe('Newest first.') })
  .meta({ id: 'ReplayList', description: 'The newest replay runs.' })

/** A plan or run as it is answered: dates are written by `JSON.stringify`. */
export function replayText(replay: ReplayPlan | ReplayRun): string {
  return JSON.stringify(replay)
}
