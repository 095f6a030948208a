import { z } from 'zod'

const count = z.number().int().nonnegative()

/** The schema of one position of a vector. */
const vectorPositionSchema = z.object({
  topic: z.string(),
  partition: count,
  generation: z.number().int().positive(),
  offset: count,
})

const positionSchema = z.object({ topic: z.string(), partition: count, offset: count })

/** The schema of whom a replay is sent to. */
const targetSchema = z.object({
  /** Whom the deliveries are addressed to. */
  group: z.string(),
  /** The group's inbox topic, or the sandbox topic. */
  topic: z.string(),
})

/** The schema of what a group has said about replays. */
const groupPolicySchema = z.object({
  group: z.string(),
  /** By event type of the plan: what every member of the group does with it, or that members differ, or that nothing is known. */
  types: z.array(z.object({ type: z.string(), onReplay: z.enum(['handle', 'skip', 'ignore', 'mixed', 'unknown']) })),
  /** Members that announced something, and members altogether; undefined where the group could not be asked. */
  announced: count.optional(),
  members: count.optional(),
})

const sampleSchema = z.object({
  id: z.string(),
  type: z.string(),
  subject: z.string().optional(),
  timestamp: z.string(),
  topic: z.string(),
  partition: count,
  offset: count,
})

const contractSchema = z.object({
  /** Of how many events it was asked; fewer than all where that took too long. */
  judged: count,
  ok: count,
  broken: count,
  unknownType: count,
  unknownVersion: count,
  /** Some of those that are broken, with what is wrong. */
  examples: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
  ),
})

/** The schema of a plan as `replayPlans` holds it. */
export const planSchema = z.object({
  _id: z.string(),
  createdAt: z.date(),
  expiresAt: z.date(),
  by: z.string(),
  /** With every relative time resolved. */
  filter: z.string(),
  from: z.array(vectorPositionSchema),
  until: z.array(vectorPositionSchema),
  targets: z.array(targetSchema).min(1),
  sandbox: z.boolean(),
  ratePerSecond: z.number().int().positive(),
  count,
  bytes: count,
  types: z.array(z.object({ type: z.string(), count })),
  /** When the first and the last of them happened, by their own timestamps. */
  first: z.date().optional(),
  last: z.date().optional(),
  contract: contractSchema,
  sample: z.array(sampleSchema),
  groups: z.array(groupPolicySchema),
})

/** A plan as `replayPlans` holds it. */
export type PlanDocument = z.infer<typeof planSchema>

/** How a replay run stands. */
export const replayStates = ['planned', 'running', 'paused', 'done', 'cancelled', 'failed'] as const

const reasonSchema = z.object({ code: z.string(), message: z.string() })

/** The schema of how far a run is. */
const checkpointSchema = z.object({
  /** What is to be sent next, of each partition. */
  position: z.array(vectorPositionSchema),
  /** Events before that position. */
  sent: count,
  /** Where the topics are to be read back from: what was sent from that position on lies there or later. Absent before the first send. */
  back: z.array(positionSchema).optional(),
})

/** The schema of a run as `replays` holds it. */
export const runSchema = z.object({
  _id: z.string(),
  /** What the run was asked for, so that the same key with something else is refused. */
  requestHash: z.string(),
  planId: z.string(),
  filter: z.string(),
  from: z.array(vectorPositionSchema),
  until: z.array(vectorPositionSchema),
  targets: z.array(targetSchema).min(1),
  total: count,
  ratePerSecond: z.number().int().positive(),
  by: z.string(),
  state: z.enum(replayStates),
  /** Why it failed, was paused or cancelled; or why it does not get on now. */
  reason: reasonSchema.optional(),
  createdAt: z.date(),
  startedAt: z.date().optional(),
  endedAt: z.date().optional(),
  updatedAt: z.date(),
  /** Rises with every logger that takes the run; what an earlier one writes finds another number. */
  fence: count,
  /** Who has the run in hand. */
  lease: z.object({ holder: z.string(), until: z.date() }).optional(),
  checkpoint: checkpointSchema,
  /** Events a second, measured over the last seconds. */
  perSecond: z.number().nonnegative(),
  changes: z.array(
    z.object({ to: z.enum(replayStates), at: z.date(), by: z.string(), reason: reasonSchema.optional() }),
  ),
})

/** A run as `replays` holds it. */
export type RunDocument = z.infer<typeof runSchema>

/** How far a run is. */
export type Checkpoint = z.infer<typeof checkpointSchema>

/** Whom a replay is sent to. */
export type ReplayTarget = z.infer<typeof targetSchema>

/** How a replay run stands: waits for a logger; is being sent; is held up by somebody; has ended in one of three ways. */
export type ReplayState = (typeof replayStates)[number]

/** Why something ended or does not get on: a code and a sentence. */
export type ReplayReason = z.infer<typeof reasonSchema>
