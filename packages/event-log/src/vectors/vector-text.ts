import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { LogError } from '../errors.ts'
import { type PositionVector, sortedVector } from './position-vector.ts'

const count = z.number().int().nonnegative()
/** Topics with their partitions, each as partition, generation and offset. */
const shapeSchema = z.record(z.string(), z.array(z.tuple([count, count.min(1), count])))

/** What a vector's text may grow to when it is read: some 50,000 partitions. */
const MAX_BYTES = 2 * 1024 * 1024

/** Writes a position vector as a text of letters, digits, hyphens and underscores. */
export function writeVectorText(vector: PositionVector): string {
  const shape: Record<string, [number, number, number][]> = Object.create(null)
  for (const { topic, partition, generation, offset } of sortedVector(vector)) {
    shape[topic] ??= []
    shape[topic].push([partition, generation, offset])
  }
  return deflateRawSync(JSON.stringify(shape)).toString('base64url')
}

/** Reads a position vector back; throws `LOG_VECTOR_INVALID`. */
export function readVectorText(text: string): PositionVector {
  let json: unknown
  try {
    json = JSON.parse(inflateRawSync(Buffer.from(text, 'base64url'), { maxOutputLength: MAX_BYTES }).toString('utf8'))
  } catch (cause) {
    throw invalidVector('is not one that this log gave out', cause)
  }
  const result = shapeSchema.safeParse(json)
  if (!result.success) throw invalidVector('is not one that this log gave out')
  return sortedVector(
    Object.entries(result.data).flatMap(([topic, partitions]) =>
      partitions.map(([partition, generation, offset]) => ({ topic, partition, generation, offset })),
    ),
  )
}

/** An error about a vector that cannot be used. */
export function invalidVector(what: string, cause?: unknown): LogError {
  return new LogError('LOG_VECTOR_INVALID', `The position vector ${what}. Begin again without it.`, { cause })
}
