import {
  type Domain,
  decodeEnvelope,
  type Issue,
  type JsonObject,
  readableAs,
  readEvent,
} from '@house-helper/events-core'
import type { EventRecord } from '../event-record.ts'

/** What a handler of today's contract gets of an event that was written in an older major version. */
export type CurrentForm = {
  /** The contract's version now. */
  readonly version: string
} & (
  | { readonly data: JsonObject; readonly issues?: never }
  /** Why it would get none: the event breaks its own version, or an upcast failed. */
  | { readonly issues: readonly Issue[]; readonly data?: never }
)

/** Reads a record as today's contract does; undefined where it is of the contract's own major, or is not known to it. */
export type CurrentForms = (record: EventRecord) => CurrentForm | undefined

/** Reads records by the contracts of these domains. */
export function createCurrentForms(domains: readonly Domain[]): CurrentForms {
  const contracts = new Map(domains.flatMap(({ events }) => events).map((contract) => [contract.type, contract]))
  return ({ type, version, value }) => {
    const contract = contracts.get(type)
    if (contract === undefined || contract.previous === undefined) return undefined
    const written = readableAs(contract, version)
    if (written === undefined || written === contract) return undefined
    const decoded = decodeEnvelope(value)
    const reading = decoded.readable ? readEvent(decoded.envelope, contract) : undefined
    if (reading?.contract === 'ok') return { version: contract.version, data: reading.data }
    return { version: contract.version, issues: reading?.contract === 'broken' ? reading.issues : [] }
  }
}

/** The record with its data as today's contract reads it, where that is another form; its value stays the wire's. */
export function inCurrentForm(record: EventRecord, currentForm: CurrentForms): EventRecord {
  const current = currentForm(record)
  if (current === undefined) return record
  const { metadata } = record
  if (current.data === undefined) {
    return { ...record, metadata, data: record.data, contract: 'broken', issues: current.issues }
  }
  return { ...record, metadata, data: current.data, contract: 'ok', issues: [] }
}
