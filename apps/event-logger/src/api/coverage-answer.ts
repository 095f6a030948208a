import type { Coverage } from '@house-helper/event-log'
import { z } from 'zod'

const count = z.int().nonnegative()
const common = {
  complete: z
    .boolean()
    .optional()
    .describe('Whether all that Kafka had when it was last asked is recorded. Absent while Kafka cannot be asked.'),
  missing: count.optional().describe('Messages that were waiting to be recorded then. Absent as above.'),
  measuredAt: z.iso.datetime().optional().describe('When Kafka was last asked. Absent as above.'),
}

/** How far the log was recorded when it answered, in short. */
export const coverageSchema = z.strictObject(common).meta({
  id: 'Coverage',
  description: 'How far the log was recorded when it answered; GET /api/v1/coverage has the partitions.',
})

/** How far each topic-partition is recorded. */
export const fullCoverageSchema = z
  .strictObject({
    ...common,
    partitions: z
      .array(
        z.strictObject({
          topic: z.string(),
          partition: count,
          generation: count.describe("Rises when the topic's content was replaced; 0 while nothing is recorded of it."),
          next: count.describe('Everything before this offset is recorded, or known not to be in Kafka.'),
          end: count
            .optional()
            .describe("The offset that the partition's next message gets; absent where it was not measured."),
          missing: count.optional().describe('Messages between the two.'),
          removedBelow: z
            .strictObject({ generation: z.int().positive(), offset: count })
            .optional()
            .describe('Whatever lies before this place was removed by retention; absent where nothing was.'),
        }),
      )
      .describe('By topic and partition.'),
  })
  .meta({ id: 'FullCoverage', description: 'How far each topic-partition is recorded without a gap.' })

/** Writes coverage in short. */
export function coverageAnswer({ complete, measuredAt, partitions }: Coverage): z.output<typeof coverageSchema> {
  if (complete === undefined) return {}
  const missing = partitions.reduce((sum, one) => sum + (one.missing ?? 0), 0)
  return { complete, missing, ...(measuredAt && { measuredAt: measuredAt.toISOString() }) }
}

/** Writes coverage with its partitions. */
export function fullCoverageAnswer(coverage: Coverage): object {
  return { ...coverageAnswer(coverage), partitions: coverage.partitions }
}
