export type { ReplayReason, ReplayState, ReplayTarget } from './document.ts'
export { mongoCheckpoint } from './mongo-checkpoint.ts'
export type { GroupPolicy } from './policy.ts'
export type { ReplayPlan, ReplayRun } from './replay.ts'
export type {
  RecordContext,
  RecordHandler,
  RecordHandlers,
  ReplayCheckpoint,
  ReplayIntoOptions,
  ReplayIntoQuery,
  ReplayIntoResult,
} from './replay-into.ts'
export { type ChangeRequest, createReplays, type Replays, type ReplaysOptions } from './replays.ts'
export type { PlanRequest, RunRequest } from './request.ts'
