export { type BackfillOptions, type BackfillStep, type BackfillSummary, backfillLog } from './backfill-log.ts'
export { type Finding, type FindingKind, findingKinds } from './finding.ts'
export type { PartitionProgress, PartitionVerdict } from './partition-check.ts'
export {
  type VerificationStep,
  type VerificationSummary,
  type VerifyOptions,
  verifyLog,
} from './verify-log.ts'
