/** What the contracts thought of an event when it was recorded. */
export const contractVerdicts = ['ok', 'broken', 'unknown-type', 'unknown-version'] as const

/**
 * How groups stand with an event that one of them gave up on, as it is now. `open`, `redriven` and `discarded` are the
 * states of a dead letter; `dead` is `open` or `discarded`: given up, and not sent again since.
 */
export const filterStatuses = ['dead', 'open', 'redriven', 'discarded'] as const

/** The fields of a filter, in the order in which a filter is written. */
export const filterFields = [
  'type',
  'household',
  'user',
  'subject',
  'source',
  'correlation',
  'causation',
  'contract',
  'topic',
  'id',
  'status',
  'since',
  'until',
] as const

/** A field that a filter may name. */
export type FilterField = (typeof filterFields)[number]

/** A field that can be given more than once, which means any of its values. */
export type ListedField = Exclude<FilterField, 'since' | 'until'>

/**
 * Which events are meant, as plain data: any of a field's values, and all of the fields. Values are sorted and each is
 * there once, and times are resolved, so that two filters that mean the same are equal. {@link resolveFilter} and
 * {@link parseFilter} make it.
 */
export interface EventFilter {
  /** Event types; one that ends with `*` means every type that begins so. */
  readonly type?: readonly string[]
  /** Households that the event names. */
  readonly household?: readonly string[]
  /** Users that the event names. */
  readonly user?: readonly string[]
  /** Households or users that the event is about, which it is keyed by. */
  readonly subject?: readonly string[]
  readonly source?: readonly string[]
  readonly correlation?: readonly string[]
  /** Ids of the events that caused it. */
  readonly causation?: readonly string[]
  readonly contract?: readonly (typeof contractVerdicts)[number][]
  readonly topic?: readonly string[]
  /** Event ids. A conflict has the id of the other event. */
  readonly id?: readonly string[]
  readonly status?: readonly (typeof filterStatuses)[number][]
  /** The earliest event time, inclusive: UTC with milliseconds. */
  readonly since?: string
  /** The latest event time, exclusive: UTC with milliseconds. */
  readonly until?: string
}

/**
 * A filter as callers give it: one value or several for each field, times as {@link parseFilter} takes them
 * (`2h`, `yesterday`, `2026-01-31`, RFC 3339).
 */
export type EventFilterInput = {
  readonly [Field in ListedField]?: string | readonly string[] | undefined
} & { readonly since?: string | undefined; readonly until?: string | undefined }

/** What is resolved once, when a filter is read. */
export interface FilterClock {
  /** The moment that relative times count from. */
  readonly now: Date
}
