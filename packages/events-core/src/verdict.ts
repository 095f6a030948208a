import type { EventContract, Issue } from './contract.ts'
import type { Domain } from './domain.ts'
import { type Envelope, majorVersion, subjectOf } from './envelope.ts'

/** What today's contracts think of an event. Whatever the verdict, the event is a fact and is recorded. */
export type ContractVerdict =
  | { readonly contract: 'ok' }
  | { readonly contract: 'broken'; readonly issues: readonly Issue[] }
  | { readonly contract: 'unknown-type' }
  | { readonly contract: 'unknown-version' }

/** Judges an event by a contract: its major version, its subject, its data. */
export function judge(envelope: Envelope, contract: EventContract): ContractVerdict {
  if (majorVersion(envelope.version) !== contract.major) return { contract: 'unknown-version' }
  const checked = contract.check('reader', envelope.data)
  const issues = checked.ok ? [] : [...checked.issues]
  if (subjectOf(envelope, contract.subject) === undefined) {
    issues.push({
      path: `${contract.subject}Id`,
      message: `is missing; ${contract.type} is about a ${contract.subject}`,
    })
  }
  return issues.length === 0 ? { contract: 'ok' } : { contract: 'broken', issues }
}

/** Judges events by the contracts of several domains. */
export type Judge = (envelope: Envelope) => ContractVerdict

/** Makes a judge over domains; an event of a type that none of them has is `unknown-type`. */
export function createJudge(domains: readonly Domain[]): Judge {
  const contracts = new Map(domains.flatMap((domain) => domain.events).map((contract) => [contract.type, contract]))
  return (envelope) => {
    const contract = contracts.get(envelope.type)
    return contract === undefined ? { contract: 'unknown-type' } : judge(envelope, contract)
  }
}
