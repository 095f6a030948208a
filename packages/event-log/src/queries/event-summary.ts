import type { z } from 'zod'
import { recordSchema } from '../documents.ts'
import { parseDocument } from '../event-record.ts'

/** What is not read for a summary: the message's bytes, and what is made of them. */
export const summaryProjection = { key: 0, headers: 0, value: 0, data: 0, issues: 0, noView: 0, viewNote: 0 } as const

const summarySchema = recordSchema.omit({
  key: true,
  headers: true,
  value: true,
  issues: true,
  noView: true,
  viewNote: true,
})

/** An event without its message: whose, when, what and why. {@link EventLog.get} has the rest. */
export interface EventSummary extends Omit<z.infer<typeof summarySchema>, '_id' | 'eventId'> {
  /** The record's own id: the event's, or for a conflict `<id>@<topic>/<partition>/<offset>`. */
  readonly recordId: string
  readonly id: string
  /** Whether another event has the same id and says something else. */
  readonly conflict: boolean
}

/** Reads a document of `records` that was read with {@link summaryProjection}; throws `LOG_DOCUMENT_INVALID`. */
export function eventSummary(document: unknown): EventSummary {
  const { _id, eventId, ...rest } = parseDocument(summarySchema, document, 'records')
  return { recordId: _id, id: eventId ?? _id, conflict: eventId !== undefined, ...rest }
}

/** The order of time: by time, then by record id. */
export function byTime(a: EventSummary, b: EventSummary): number {
  const difference = a.time.getTime() - b.time.getTime()
  if (difference !== 0) return difference
  return Buffer.compare(Buffer.from(a.recordId), Buffer.from(b.recordId))
}
