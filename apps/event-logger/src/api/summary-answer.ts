import type { EventSummary } from '@house-helper/event-log'
import { z } from 'zod'

/** An event without its data as the API answers it. */
export const eventSummarySchema = z
  .strictObject({
    id: z.string(),
    recordId: z.string().describe("The record's id, by which GET /api/v1/events/{id} finds it."),
    type: z.string(),
    source: z.string(),
    subject: z.string().optional(),
    householdId: z.string().optional(),
    userId: z.string().optional(),
    timestamp: z.string(),
    version: z.string(),
    correlationId: z.string(),
    causationId: z.string().optional(),
    contract: z.enum(['ok', 'broken', 'unknown-type', 'unknown-version']),
    conflict: z.boolean(),
    position: z.strictObject({ topic: z.string(), partition: z.int(), offset: z.int(), generation: z.int() }),
    brokerTime: z.iso.datetime(),
    recordedAt: z.iso.datetime(),
  })
  .meta({ id: 'EventSummary', description: 'An event without its data.' })

/** Writes an event without its data. */
export function eventSummaryAnswer(event: EventSummary): object {
  const { id, recordId, type, source, subject, householdId, userId, timestamp, version } = event
  const { correlationId, causationId, contract, conflict, brokerTime, recordedAt } = event
  const { topic, partition, offset, generation } = event
  return {
    ...{ id, recordId, type, source, subject, householdId, userId, timestamp, version, correlationId, causationId },
    ...{ contract, conflict, position: { topic, partition, offset, generation }, brokerTime, recordedAt },
  }
}
