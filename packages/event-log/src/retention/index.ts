export {
  applyRetention,
  type DomainRetention,
  type RemovedMessages,
  type RetentionOptions,
  type RetentionStep,
} from './apply-retention.ts'
export { formatRetention, type KeptDomain, type PolicyProblem, parseRetention, type RetentionPolicy } from './policy.ts'
