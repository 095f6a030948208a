import type { Causation, CausedEvent, Correlation } from '@house-helper/event-log'
import { z } from 'zod'
import { coverageAnswer, coverageSchema } from './coverage-answer.ts'
import { eventSummaryAnswer, eventSummarySchema } from './summary-answer.ts'

const descendantSchema = z
  .strictObject({
    event: eventSummarySchema,
    get caused() {
      return z.array(descendantSchema).describe('What it caused in turn, in the order of time.')
    },
  })
  .meta({ id: 'CausedEvent', description: 'An event that was caused, with what it caused.' })

/** Why an event happened, and what it led to. */
export const causationSchema = z
  .strictObject({
    event: eventSummarySchema,
    ancestors: z
      .array(eventSummarySchema)
      .describe("Its cause first, then that one's, back to the one that had none or that is missing."),
    missingCause: z
      .string()
      .optional()
      .describe('The id of the cause that the last of them names, and that is not recorded, or not yet.'),
    descendants: z.array(descendantSchema).describe('What it caused, in the order of time.'),
    cuts: z
      .array(
        z.strictObject({
          what: z.enum(['ancestors', 'descendants']),
          reason: z.enum(['depth', 'count', 'cycle']),
          message: z.string(),
        }),
      )
      .describe('Where it was not followed to the end; empty where everything is there.'),
    coverage: coverageSchema,
  })
  .meta({ id: 'Causation', description: 'Why an event happened, and what it led to.' })

/** All events of one correlation id. */
export const correlationSchema = z
  .strictObject({
    correlationId: z.string(),
    events: z
      .array(
        z.strictObject({
          event: eventSummarySchema,
          depth: z.int().nonnegative().describe('How many causes it has within the correlation.'),
        }),
      )
      .describe('Causes before their effects, else in the order of time.'),
    missingCauses: z.array(z.string()).describe('Ids of causes that they name, and that are not recorded, or not yet.'),
    cut: z.string().optional().describe('That there are more, and how to get them; absent where all are there.'),
    coverage: coverageSchema,
  })
  .meta({ id: 'Correlation', description: 'Events that belong together.' })

/** Writes causes and effects. */
export function causationAnswer({ event, ancestors, missingCause, descendants, cuts, coverage }: Causation): object {
  return {
    event: eventSummaryAnswer(event),
    ancestors: ancestors.map(eventSummaryAnswer),
    missingCause,
    descendants: descendants.map(descendantAnswer),
    cuts,
    coverage: coverageAnswer(coverage),
  }
}

function descendantAnswer({ event, caused }: CausedEvent): object {
  return { event: eventSummaryAnswer(event), caused: caused.map(descendantAnswer) }
}

/** Writes the events of a correlation. */
export function correlationAnswer({ correlationId, events, missingCauses, cut, coverage }: Correlation): object {
  return {
    correlationId,
    events: events.map(({ event, depth }) => ({ event: eventSummaryAnswer(event), depth })),
    missingCauses,
    cut,
    coverage: coverageAnswer(coverage),
  }
}
