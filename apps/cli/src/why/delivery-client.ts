import { z } from 'zod'
import type { Allowance } from '../deadline.ts'
import { loggerApi } from '../logger/logger-api.ts'

const text = z.string().nullish()
const count = z.int().nonnegative()
const deadLetterSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  count,
  lastTime: z.string(),
  attempts: count.nullish(),
  lastFailure: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
  unreadable: z.looseObject({ message: z.string() }).nullish(),
})
const deliverySchema = z.looseObject({
  group: z.string(),
  state: z.string(),
  reason: text,
  handles: z.boolean().nullish(),
  members: count.nullish(),
  before: count.nullish(),
  attempts: count.nullish(),
  deadLetter: deadLetterSchema.nullish(),
  redrivePassed: z.boolean().nullish(),
  replays: z.array(z.looseObject({ runId: z.string(), startedAt: z.string() })).default([]),
  inbox: z.array(z.looseObject({ kind: z.string(), notBefore: text, replayRunId: text })),
  inboxRead: z.boolean(),
})
const deliveriesSchema = z.looseObject({ deliveries: z.array(deliverySchema) })

/** Where one group stands with an event, as the logger's API answers it. */
export type LoggedDelivery = z.infer<typeof deliverySchema>

/** Asks where groups stand with an event. */
export async function askDeliveries(
  baseUrl: URL,
  fetch: typeof globalThis.fetch,
  id: string,
  allowance: Allowance,
): Promise<readonly LoggedDelivery[]> {
  const url = new URL(`api/v1/events/${encodeURIComponent(id)}/deliveries`, baseUrl)
  return (await loggerApi(fetch)(url, deliveriesSchema, allowance)).deliveries
}
