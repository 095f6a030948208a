import { z } from 'zod'
import type { ConsumerGroupsSeen, MeasuredGroup, MeasuredPartition } from '../consumer-groups.ts'
import { coverageSchema } from './coverage-answer.ts'

const count = z.int().nonnegative()
const texts = z.record(z.string(), z.string())

const memberSchema = z.strictObject({
  id: z.string(),
  clientId: z.string(),
  host: z.string(),
  partitions: z.array(z.strictObject({ topic: z.string(), partition: count })).describe('What it was given.'),
  announcement: z
    .strictObject({
      packages: texts.describe('The versions of the packages at work there.'),
      domains: texts.describe('The domains that it handles, with the version that made their handlers.'),
      handles: z
        .array(z.strictObject({ type: z.string(), version: z.string(), onReplay: z.enum(['handle', 'skip']) }))
        .describe('The event types that it handles, for which version of their contract, and what it does on replay.'),
    })
    .optional()
    .describe(
      'Absent for a client that is no subscriber of these packages, and while the group shares its partitions.',
    ),
})

const partitionSchema = z.strictObject({
  topic: z.string(),
  partition: count,
  committed: count.optional().describe('The offset below which all is done; absent where the group never committed.'),
  end: count.describe("The offset that the partition's next message gets."),
  lagEvents: count.describe('Messages that are not committed.'),
  lagSeconds: z.number().describe('The age of the oldest of them; 0 where there is none.'),
  doneAhead: count
    .optional()
    .describe('How many of them are done already, behind one that is not. Absent where it is not known.'),
  retrying: count
    .optional()
    .describe('How many of them have failed and are tried again. Absent where it is not known.'),
})

/** A consumer group as the API answers it. */
const groupSchema = z
  .strictObject({
    group: z.string(),
    state: z
      .enum(['stable', 'rebalancing', 'empty', 'unknown'])
      .describe(
        '`stable`: its members have their partitions; `rebalancing`: they share them; `empty`: it has no members.',
      ),
    lagEvents: count.describe('Over all partitions.'),
    lagSeconds: z.number().describe('The largest of all partitions.'),
    receives: z
      .array(z.string())
      .optional()
      .describe('Our topics that its members receive; absent where that is not known.'),
    members: z.array(memberSchema),
    partitions: z
      .array(partitionSchema)
      .describe('Of the topics that it receives or has committed in, its inbox included.'),
  })
  .meta({ id: 'ConsumerGroup', description: 'A consumer group of our topics, as it can be seen from outside.' })

/** The answer with all consumer groups. */
export const groupListSchema = z
  .strictObject({
    groups: z.array(groupSchema).describe('By name.'),
    hidden: z
      .array(z.strictObject({ group: z.string(), reason: z.string() }))
      .describe('Groups that the event logger may not look at.'),
    measuredAt: z.iso.datetime(),
    coverage: coverageSchema,
  })
  .meta({ id: 'ConsumerGroupList', description: 'Every group that receives our topics or has committed in them.' })

/** Writes what was seen of the groups. */
export function groupsAnswer({ groups, hidden, at }: ConsumerGroupsSeen): object {
  return {
    groups: groups.map(groupAnswer),
    hidden: hidden.map(({ groupId, problem }) => ({ group: groupId, reason: problem.message })),
    measuredAt: at,
  }
}

function groupAnswer({ groupId, state, receives, members, partitions }: MeasuredGroup): z.output<typeof groupSchema> {
  return {
    group: groupId,
    state,
    lagEvents: partitions.reduce((sum, { lag }) => sum + lag, 0),
    lagSeconds: Math.max(0, ...partitions.map(({ lagSeconds }) => lagSeconds)),
    ...(receives && { receives: [...receives] }),
    members: members.map(({ announcement, ...member }) => ({
      ...{ id: member.id, clientId: member.clientId, host: member.host, partitions: [...member.partitions] },
      ...(announcement && {
        announcement: {
          packages: announcement.packages,
          domains: announcement.domains,
          handles: announcement.handles.map((handled) => ({ ...handled })),
        },
      }),
    })),
    partitions: partitions.map(partitionAnswer),
  }
}

function partitionAnswer(one: MeasuredPartition): z.output<typeof partitionSchema> {
  const { topic, partition, committed, progress, high, lag, lagSeconds } = one
  return {
    ...{ topic, partition, end: high, lagEvents: lag, lagSeconds },
    ...(committed !== undefined && { committed }),
    ...(progress && {
      doneAhead: progress.done.reduce((sum, { from, to }) => sum + to - from, 0),
      retrying: progress.tried.filter(({ attempts, running }) => attempts > 1 || !running).length,
    }),
  }
}
