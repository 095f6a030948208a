import { readableAs, readWritten } from './casts.ts'
import type { EventContract, Issue } from './contract.ts'
import type { Domain } from './domain.ts'
import { type Envelope, type JsonObject, subjectOf } from './envelope.ts'

/** What today's contracts think of an event. Whatever the verdict, the event is a fact and is recorded. */
export type ContractVerdict =
  | { readonly contract: 'ok' }
  | { readonly contract: 'broken'; readonly issues: readonly Issue[] }
  | { readonly contract: 'unknown-type' }
  | { readonly contract: 'unknown-version' }

/** An event as a handler of a contract reads it, or why it cannot. */
export type Reading =
  | { readonly contract: 'ok'; readonly data: JsonObject }
  | Exclude<ContractVerdict, { readonly contract: 'ok' }>

const ok: ContractVerdict = Object.freeze({ contract: 'ok' })
const unknownVersion: Reading = Object.freeze({ contract: 'unknown-version' })

/**
 * Reads an event by a contract: its major version, its subject, its data.
 *
 * Data of the contract's own major is given as it came, with the fields that the contract does not have; data of an
 * older one is given as the upcasts made it, and the envelope's stays as it is.
 */
export function readEvent(envelope: Envelope, contract: EventContract): Reading {
  const written = readableAs(contract, envelope.version)
  if (written === undefined) return unknownVersion
  const isSubjectMissing = subjectOf(envelope, contract.subject) === undefined
  // As nearly all events are; of the others it is said what is wrong.
  if (written === contract && !isSubjectMissing && contract.accepts(envelope.data)) {
    return { contract: 'ok', data: envelope.data }
  }
  const checked = readWritten(contract, written, envelope.data)
  if (!checked.ok || isSubjectMissing) {
    const issues = checked.ok ? [] : checked.issues
    return { contract: 'broken', issues: isSubjectMissing ? [...issues, missingSubject(contract)] : issues }
  }
  return { contract: 'ok', data: written === contract ? envelope.data : (checked.value as JsonObject) }
}

function missingSubject({ type, subject }: EventContract): Issue {
  return { path: `${subject}Id`, message: `is missing; ${type} is about a ${subject}` }
}

/** Judges an event by a contract: whether a handler of it could read the event. */
export function judge(envelope: Envelope, contract: EventContract): ContractVerdict {
  const reading = readEvent(envelope, contract)
  return reading.contract === 'ok' ? ok : reading
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
