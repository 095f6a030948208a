import type { DeliveryKind, Headers } from '@house-helper/events-core'
import type { z } from 'zod'
import { LogError } from '../errors.ts'
import { type DeadLetterDocument, deadLetterSchema, type unreadableReasons } from './document.ts'
import type { DeadLetterState } from './query.ts'

/** A failure as the group noted it. */
export interface DeadLetterFailure {
  readonly code: string
  readonly message: string
  readonly at: Date
}

/** A change of state, with who says to have made it; `group` where the group gave up again. */
export interface DeadLetterChange {
  readonly to: DeadLetterState
  readonly at: Date
  readonly by: string
  readonly redriveId?: string | undefined
  /** Where in the group's inbox topic the redrive lies. */
  readonly inbox?: { readonly topic: string; readonly partition: number; readonly offset: number } | undefined
}

/** A dead letter without its bytes, as lists have it. */
export interface DeadLetterSummary {
  readonly id: string
  /** The group that gave up. */
  readonly group: string
  readonly state: DeadLetterState
  /** How often the group gave up on this event. */
  readonly count: number
  /** When it first gave up. */
  readonly time: Date
  /** When it last gave up. */
  readonly lastTime: Date
  /** From the envelope; undefined where that is not readable. */
  readonly event: NonNullable<DeadLetterDocument['event']> | undefined
  readonly subject: string | undefined
  /** From the delivery headers; undefined where these are not readable. */
  readonly note:
    | {
        /** What kind of delivery failed last. */
        readonly kind: DeliveryKind
        /** The event's place in its domain topic. */
        readonly topic: string
        readonly partition: number
        readonly offset: number
        readonly attempts: number
        readonly retries: number
        readonly firstFailure: DeadLetterFailure
        /** The reason. */
        readonly lastFailure: DeadLetterFailure
        readonly replayRunId?: string | undefined
      }
    | undefined
  readonly fingerprint: string
  /** Why it cannot be redriven; undefined where it can. */
  readonly unreadable: { readonly reason: (typeof unreadableReasons)[number]; readonly message: string } | undefined
  /** Bytes of key and value. */
  readonly size: number
  /** The newest 20 changes of its state, oldest first. */
  readonly changes: readonly DeadLetterChange[]
  /** Where the dead letters lie, `<topic>/<partition>/<offset>`: the newest 100, oldest first. */
  readonly places: readonly string[]
  readonly indexedAt: Date
}

/** A dead letter with the original message, byte for byte. */
export interface DeadLetter extends DeadLetterSummary {
  readonly key: Uint8Array | null
  readonly headers: Headers
  readonly value: Uint8Array | null
}

const withoutBytes = deadLetterSchema.omit({ key: true, headers: true, value: true })

/** What lists leave out of the documents. */
export const summaryProjection = { key: 0, headers: 0, value: 0 }

/** Reads a document without bytes; throws `LOG_DOCUMENT_INVALID` where it isn't one. */
export function deadLetterSummary(document: unknown): DeadLetterSummary {
  return summaryOf(parse(withoutBytes, document))
}

/** Reads a document; throws `LOG_DOCUMENT_INVALID` where it isn't one. */
export function deadLetter(document: unknown): DeadLetter {
  const { key, headers, value, ...rest } = deadLetterDocument(document)
  return { ...summaryOf(rest), key, headers: headers.map((header) => [header.name, header.value] as const), value }
}

/** Checks a document; throws `LOG_DOCUMENT_INVALID` where it isn't one. */
export function deadLetterDocument(document: unknown): DeadLetterDocument {
  return parse(deadLetterSchema, document)
}

function summaryOf(document: Omit<DeadLetterDocument, 'key' | 'headers' | 'value'>): DeadLetterSummary {
  const { _id, event, subject, note, unreadable, claim: _, offset: __, ...rest } = document
  return { id: _id, event, subject, note: note && withoutTimestamp(note), unreadable, ...rest }
}

function withoutTimestamp({ timestampMs: _, ...note }: NonNullable<DeadLetterDocument['note']>) {
  return note
}

function parse<Output>(schema: z.ZodType<Output>, document: unknown): Output {
  const result = schema.safeParse(document)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const id = (document as { _id?: unknown } | null)?._id
  throw new LogError(
    'LOG_DOCUMENT_INVALID',
    `The document ${JSON.stringify(id)} in deadLetters was not written by an indexer, or was altered: ${issue?.path.join('.')} ${issue?.message}.`,
    { details: { collection: 'deadLetters', id } },
  )
}
