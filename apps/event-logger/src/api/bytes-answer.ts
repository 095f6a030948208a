import { isUtf8 } from 'node:buffer'
import { z } from 'zod'

/** Bytes as the API answers them. */
export const bytesSchema = z
  .union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.string() })])
  .nullable()
  .describe('The bytes as text where they are valid UTF-8, else as base64.')

/** The headers of a message as the API answers them. */
export const headersSchema = z.array(z.strictObject({ name: z.string(), value: bytesSchema }))

/** Writes bytes as the API answers them. */
export function bytesAnswer(bytes: Uint8Array | null): z.output<typeof bytesSchema> {
  if (bytes === null) return null
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return isUtf8(buffer) ? { text: buffer.toString('utf8') } : { base64: buffer.toString('base64') }
}

/** Writes headers as the API answers them. */
export function headersAnswer(
  headers: readonly (readonly [name: string, value: Uint8Array | null])[],
): z.output<typeof headersSchema> {
  return headers.map(([name, value]) => ({ name, value: bytesAnswer(value) }))
}
