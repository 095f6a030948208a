import {
  type Cause,
  causeHasToBeNamed,
  currentCause,
  type EventContract,
  formatTimestamp,
  type Issue,
  isEventId,
  parseTimestamp,
  UTC_MILLISECONDS,
} from '@house-helper/events-core'

/** What an event has to have to be the cause of another: every event that a handler gets has it. */
export interface CauseEvent {
  readonly id: string
  readonly correlationId: string
}

/** What may be said about an event besides its data and its subject. */
export interface EventFields {
  /**
   * 1 to 128 visible ASCII characters. Give it where the same event may be published twice, by a request that is tried
   * again for example: two events of one id are one. Default: a new id.
   */
  readonly id?: string | undefined
  /** When it happened, as a Date or as RFC 3339 text; it is written in UTC with milliseconds. Default: now. */
  readonly timestamp?: Date | string | undefined
  /** What all events of one story share. Default: that of the event being handled, else this event's own id. */
  readonly correlationId?: string | undefined
  /** The id of the event that caused this one. Default: that of the event being handled, else none. */
  readonly causationId?: string | undefined
  /**
   * The event that caused this one, as a handler got it: gives the correlation and causation ids that are not given.
   * `null` says that none did. Default: the event being handled; in a batch handler it has to be said.
   */
  readonly cause?: CauseEvent | null | undefined
  /** Further texts about the event, by name. */
  readonly metadata?: Readonly<Record<string, string>> & {
    readonly correlationId?: never
    readonly causationId?: never
  }
  /** Gives up waiting. An event that was not sent yet is not sent any more. */
  readonly signal?: AbortSignal | undefined
}

/** The fields as they were checked, each read once. */
export interface CheckedFields {
  readonly householdId: string | undefined
  readonly userId: string | undefined
  readonly id: string | undefined
  readonly timestamp: string | undefined
  readonly correlationId: string | undefined
  readonly causationId: string | undefined
  /** Null where the caller said that there is none. */
  readonly cause: Cause | null | undefined
  readonly metadata: Readonly<Record<string, string>> | undefined
  readonly signal: AbortSignal | undefined
}

const names = new Set<string>([
  'householdId',
  'userId',
  'id',
  'timestamp',
  'correlationId',
  'causationId',
  'cause',
  'metadata',
  'signal',
])

/** Checks the fields as the compiler does, for callers that it did not check; adds what is wrong to `issues`. */
export function checkFields(contract: EventContract, fields: unknown, issues: Issue[]): CheckedFields {
  const given = (typeof fields === 'object' && fields !== null ? fields : {}) as Readonly<Record<string, unknown>>
  for (const name in given) {
    if (!names.has(name)) issues.push({ path: name, message: 'is no field of an event' })
  }
  const subject = contract.subject === 'user' ? 'userId' : 'householdId'
  const text = (name: string): string | undefined => checkText(name, given[name], name === subject, issues)
  const [correlationId, causationId] = [text('correlationId'), text('causationId')]
  const isTraced = correlationId !== undefined && causationId !== undefined
  return {
    householdId: text('householdId'),
    userId: text('userId'),
    id: checkId(given.id, issues),
    timestamp: checkTimestamp(given.timestamp, issues),
    correlationId,
    causationId,
    cause: checkCause(given.cause, isTraced, issues),
    metadata: checkMetadata(given.metadata, issues),
    signal: checkSignal(given.signal, issues),
  }
}

/** A lone surrogate would give the message another key than its envelope names. */
function checkText(path: string, value: unknown, required: boolean, issues: Issue[]): string | undefined {
  if (value === undefined) {
    if (required) issues.push({ path, message: 'is missing; it says whom the event is about' })
    return undefined
  }
  if (isIdText(value)) return value
  issues.push({ path, message: 'must be a text of 1 to 256 characters' })
  return undefined
}

/** What causes the event: what the caller says, else the event that is being handled. */
function checkCause(cause: unknown, isTraced: boolean, issues: Issue[]): Cause | null | undefined {
  if (cause === null) return null
  if (cause === undefined) {
    if (isTraced || !causeHasToBeNamed()) return currentCause()
    const message = 'is missing: name the event of the batch that caused this one ({ cause: event }), or null for none'
    issues.push({ path: 'cause', message })
    return undefined
  }
  const { id: eventId, correlationId } = cause as Readonly<Record<keyof CauseEvent, unknown>>
  if (isIdText(eventId) && isIdText(correlationId)) return { eventId, correlationId }
  issues.push({ path: 'cause', message: 'must be an event as a handler gets it, with id and correlationId, or null' })
  return undefined
}

function isIdText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 256 && value.isWellFormed()
}

function checkId(value: unknown, issues: Issue[]): string | undefined {
  if (value === undefined || isEventId(value)) return value
  issues.push({ path: 'id', message: 'must be 1 to 128 visible ASCII characters' })
  return undefined
}

function checkTimestamp(value: unknown, issues: Issue[]): string | undefined {
  if (value === undefined) return undefined
  const ms = value instanceof Date ? value.getTime() : typeof value === 'string' ? parseTimestamp(value) : undefined
  if (ms !== undefined && !Number.isNaN(ms)) {
    const text = formatTimestamp(ms)
    // Years before 0 and after 9999 have no RFC 3339 form.
    if (UTC_MILLISECONDS.test(text)) return text
  }
  issues.push({ path: 'timestamp', message: 'must be a Date or an RFC 3339 time of the years 0 to 9999' })
  return undefined
}

function checkMetadata(value: unknown, issues: Issue[]): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined
  if (!isPlainObject(value)) {
    issues.push({ path: 'metadata', message: 'must be an object of texts' })
    return undefined
  }
  const checked: [string, string][] = []
  for (const [name, text] of Object.entries(value)) {
    if (name === 'correlationId' || name === 'causationId') {
      issues.push({ path: `metadata.${name}`, message: `is a field of its own: write { ${name} } beside metadata` })
    } else if (typeof text === 'string') checked.push([name, text])
    else issues.push({ path: `metadata.${name}`, message: 'must be a text' })
  }
  return Object.fromEntries(checked)
}

/** A Map or a Date has texts to tell, but no fields of its own: nothing of it would be sent. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // An object of another realm has that one's Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function checkSignal(value: unknown, issues: Issue[]): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value
  issues.push({ path: 'signal', message: 'must be an AbortSignal' })
  return undefined
}
