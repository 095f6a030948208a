import type { Filter } from 'mongodb'
import type { RecordDocument } from '../documents.ts'
import type { EventFilter, FilterField } from '../filter/event-filter.ts'
import { type EqualityField, equality, recordConditions } from './record-conditions.ts'

/** A part of an index that is read in its order. */
export interface IndexPart {
  readonly hint: string
  /** What the index answers. Times are answered by every index, beside these. */
  readonly bounds: readonly Filter<RecordDocument>[]
}

/** How a filter is looked up: which indexes lead, and which conditions are left for what they find. */
export interface ScanPlan {
  /** One, or several whose finds are merged. */
  readonly parts: readonly IndexPart[]
  /** What is left to be looked at in what the index finds. */
  readonly residual: readonly Filter<RecordDocument>[]
  /** Whether something is left, and keys alone tell it: documents are read only of what is found then. */
  readonly isToldByKeys: boolean
}

/** Types that a scan by type names one by one: each is a scan of its own, which MongoDB merges. */
export const MAX_TYPES = 50

/** Fields with an index of their own, those first that leave the fewest documents. */
const leading = [
  ['causation', 'by_causation'],
  ['correlation', 'by_correlation'],
  ['user', 'by_user_subject'],
  ['household', 'by_household_type'],
] as const satisfies readonly (readonly [EqualityField, string])[]

/** Finds all types that match the types of a filter, where they are few. */
type TypeMatcher = (patterns: readonly string[]) => Promise<readonly string[] | undefined>

/**
 * Plans how to look up a filter, newest first. The types that match are asked for only where they lead. Which index leads
 * is decided here and not by MongoDB, whose choice may change with what it has seen last.
 */
export async function planScan(filter: EventFilter, matching: TypeMatcher): Promise<ScanPlan> {
  const led = leading.find(([field]) => filter[field] !== undefined)
  if (led !== undefined) {
    const [field, hint] = led
    const bounds = [equality(field, filter[field] ?? [])]
    return { ...plan(hint, bounds, without(filter, field)), isToldByKeys: isToldByKeys(filter, field) }
  }
  const { subject, contract } = filter
  if (subject !== undefined) {
    // A subject is the event's household or its user: both have an index.
    const parts = [
      { hint: 'by_household_type', bounds: [equality('household', subject)] },
      { hint: 'by_user_subject', bounds: [equality('user', subject)] },
    ]
    return { parts, residual: without(filter), isToldByKeys: isToldByKeys(filter, 'subject') }
  }
  if (contract !== undefined && !contract.includes('ok')) {
    return plan('by_contract', [equality('contract', contract)], without(filter, 'contract'))
  }
  const types = filter.type && (await matching(filter.type))
  if (types !== undefined && types.length <= MAX_TYPES) {
    return plan('by_type', [{ type: { $in: [...types] } }], without(filter, 'type'))
  }
  return plan('by_time', [], without(filter))
}

function plan(hint: string, bounds: IndexPart['bounds'], residual: ScanPlan['residual']): ScanPlan {
  return { parts: [{ hint, bounds }], residual, isToldByKeys: false }
}

/** The indexes of households and users, and so those of subjects, have the type at their end. */
function isToldByKeys(filter: EventFilter, led: FilterField): boolean {
  if (led !== 'subject' && (filter.type === undefined || !['household', 'user'].includes(led))) return false
  return Object.keys(filter).every((field) => ['since', 'until', 'type', led].includes(field))
}

function without(filter: EventFilter, ...answered: FilterField[]): readonly Filter<RecordDocument>[] {
  const rest = Object.entries(filter).filter(([field]) => !['since', 'until', ...answered].includes(field))
  return recordConditions(Object.fromEntries(rest))
}
