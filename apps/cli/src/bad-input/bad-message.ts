import type { OutgoingMessage } from '@house-helper/events-core'

/** What the event logger has to make of a message: a record with what the contracts say, or quarantine with its reason. */
export type Recorded =
  | 'ok'
  | 'broken'
  | 'unknown-type'
  | 'unknown-version'
  | 'quarantine: tombstone'
  | 'quarantine: empty'
  | 'quarantine: not-utf8'
  | 'quarantine: not-json'
  | 'quarantine: not-envelope'

/** What a subscriber of `task.created` has to do with it: handle it, pass it, or give it up with a code. */
export type Treated = 'handled' | 'passed' | 'CONTRACT_BROKEN' | 'VERSION_TOO_NEW' | 'VERSION_UNKNOWN'

/** A message as somebody may put it into a topic, with the one outcome that is right. */
export interface BadMessage {
  readonly name: string
  readonly message: OutgoingMessage
  readonly recorded: Recorded
  readonly treated: Treated
  /** The event's id, where there is a record. */
  readonly id?: string
  /** Its data as JSON text. Default {@link goodData}. */
  readonly data?: string | undefined
}

/** Data that keeps the contract of `task.created`. */
export const goodData = '{"taskId":"task-001","title":"Sweep"}'

const household = 'household-001'
const utf8 = (text: string): Uint8Array => Buffer.from(text)

/** The members of a good envelope as JSON text, in their order; a test replaces some, and leaves out what is undefined. */
export type Members = Readonly<Record<string, string | undefined>>

/** Writes an envelope member by member, so that it can be as `JSON.stringify` would never write it. */
export function envelopeText(id: string, members: Members = {}): string {
  const all: Members = {
    id: JSON.stringify(id),
    type: '"task.created"',
    source: '"bad-service"',
    householdId: JSON.stringify(household),
    timestamp: '"2025-10-09T12:00:00Z"',
    version: '"1.0"',
    data: goodData,
    ...members,
  }
  const written = Object.entries(all).filter(([, text]) => text !== undefined)
  return `{${written.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
}

/** A message of these bytes under the key of the household. */
export function messageOf(value: Uint8Array | string | null, rest: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { key: utf8(household), value: typeof value === 'string' ? utf8(value) : value, ...rest }
}

/** A message without a readable envelope. */
export function unreadable(name: string, value: Uint8Array | string | null, reason: string): BadMessage {
  return { name, message: messageOf(value), recorded: `quarantine: ${reason}` as Recorded, treated: 'passed' }
}

/** A row that {@link numbered} gives its id. */
export type Row = (id: string) => BadMessage

const treatments: Readonly<Record<string, Treated>> = {
  ok: 'handled',
  broken: 'CONTRACT_BROKEN',
  'unknown-type': 'passed',
}

/** An event that can be read, with members of its envelope replaced. */
export function event(name: string, members: Members, recorded: Recorded = 'ok', treated?: Treated): Row {
  return (id) => ({
    name,
    id,
    data: members.data,
    message: messageOf(envelopeText(id, members)),
    recorded,
    treated: treated ?? treatments[recorded] ?? 'passed',
  })
}

/** An event whose data is this JSON text. */
export function eventOf(name: string, data: string, recorded: Recorded = 'ok'): Row {
  return event(name, { data }, recorded)
}

/** An envelope that breaks the envelope's own rules. */
export function noEnvelope(name: string, members: Members): Row {
  return (id) => unreadable(name, envelopeText(id, members), 'not-envelope')
}

/** A good event whose message is otherwise than ours. */
export function carried(name: string, rest: Partial<OutgoingMessage>): Row {
  return (id) => ({
    name,
    id,
    message: messageOf(envelopeText(id), rest),
    recorded: 'ok',
    treated: 'handled',
  })
}

/** An event of this very id. */
export function identified(name: string, id: string): Row {
  return () => event(name, {})(id)
}

/** Gives each row an id of its own. */
export function numbered(rows: readonly Row[], prefix: string): readonly BadMessage[] {
  return rows.map((row, index) => row(`${prefix}-${index}`))
}
