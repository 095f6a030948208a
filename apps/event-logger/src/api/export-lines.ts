import { type EventFilter, type EventLog, formatFilter, type PositionVector } from '@house-helper/event-log'
import { z } from 'zod'
import { coverageAnswer, coverageSchema } from './coverage-answer.ts'
import { eventLine, eventSchema } from './event-answer.ts'

/** The last line of an export: without it, or with another count, the file was cut. */
export const exportTrailerSchema = z
  .strictObject({
    trailer: z.strictObject({
      events: z.int().nonnegative().describe('How many lines stand before this one.'),
      filter: z.string().describe('The filter as it was understood, with times resolved.'),
      coverage: coverageSchema,
    }),
  })
  .meta({ id: 'ExportTrailer', description: 'The last line of an export. A file that does not end with it was cut.' })

/** A line of an export. */
export const exportLineSchema = z
  .union([eventSchema, exportTrailerSchema])
  .meta({ id: 'ExportLine', description: 'A line of an export: an event or, at the end, the trailer.' })

/** What an export takes of the log. */
export interface ExportSource {
  readonly log: Pick<EventLog, 'read' | 'coverage'>
  readonly filter: EventFilter
  /** How far the log was recorded when it began: what is recorded meanwhile is not in it. */
  readonly to: PositionVector
  readonly signal: AbortSignal
}

/** Records that are read together: enough that asking for them takes little beside reading them. */
const BATCH = 1_000
/** Lines are sent together up to about so many characters. */
const CHUNK_LENGTH = 64 * 1024

/** Writes events as lines of JSON in position order, and a trailer that counts them. Memory is bounded by two batches. */
export async function* exportLines({ log, filter, to, signal }: ExportSource): AsyncGenerator<string> {
  let events = 0
  let chunk = ''
  for await (const { records } of log.read({ filter, to, signal, batchSize: BATCH })) {
    for (const record of records) {
      events++
      chunk += `${eventLine(record)}\n`
      if (chunk.length < CHUNK_LENGTH) continue
      yield chunk
      chunk = ''
    }
  }
  const coverage = coverageAnswer(await log.coverage())
  const trailer: z.output<typeof exportTrailerSchema> = { trailer: { events, filter: formatFilter(filter), coverage } }
  yield `${chunk}${JSON.stringify(trailer)}\n`
}
