import { randomBytes } from 'node:crypto'
import {
  type ContractOf,
  type Domain,
  type Envelope,
  type EventContract,
  type EventTypeOf,
  type HandledData,
  type JsonObject,
  judge,
  newEventId,
} from '@house-helper/events-core'
import { asTestEvent, filled, invalid, type TestEvent } from './event.ts'

/** What may be said about a foreign event besides its data, in whatever form a reader has to take. */
export interface ForeignEventFields {
  readonly id?: string
  /** Default `api-service`. */
  readonly source?: string
  readonly householdId?: string
  readonly userId?: string
  /** RFC 3339 with any offset and precision. Default: now, in the form of Go, with nine digits and an offset. */
  readonly timestamp?: string
  /** Default: the contract's. */
  readonly version?: string
  /** Default: none. */
  readonly metadata?: JsonObject
  /** Default: none, as the Go service sends it. */
  readonly key?: string | null
}

/** What a foreign publisher may say: what a handler may get, and fields that the contract does not have. */
export type ForeignData<Contract extends EventContract> = Partial<HandledData<Contract>> & JsonObject

/**
 * Makes an event as the Go service writes it: a short id, a time with nine digits and an offset, no metadata and no key.
 * It is checked as a reader checks it, which takes fields and values of enumerations that the contract does not have.
 */
export function foreignEvent<D extends Domain, Type extends EventTypeOf<D>>(
  domain: D,
  type: Type,
  data: ForeignData<ContractOf<D, Type>> = {} as ForeignData<ContractOf<D, Type>>,
  fields: ForeignEventFields = {},
): TestEvent<ContractOf<D, Type>> {
  const contract = domain.contract(type)
  if (contract === undefined) throw invalid(type, [{ path: 'type', message: `is none of the domain ${domain.name}` }])
  const { key = null, ...given } = fields
  const envelope: Envelope = {
    id: `${newEventId().slice(0, 14)}-${randomBytes(6).toString('hex')}`,
    type,
    source: 'api-service',
    householdId: 'household-001',
    userId: 'user-001',
    timestamp: goTime(Date.now()),
    version: contract.version,
    data: filled(domain, type, data),
    ...given,
  }
  const verdict = judge(envelope, contract)
  if (verdict.contract === 'ok') return asTestEvent(envelope, key)
  if (verdict.contract === 'broken') throw invalid(type, verdict.issues)
  throw invalid(type, [{ path: 'version', message: `is another major than the contract's ${contract.version}` }])
}

/** A time as Go's RFC3339Nano writes it two hours east of Greenwich. */
function goTime(nowMs: number): string {
  const local = new Date(nowMs + 2 * 60 * 60 * 1000).toISOString()
  return local.replace('Z', '456789+02:00')
}
