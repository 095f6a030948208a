import { z } from 'zod'
import { ID_PATTERN } from './ids.ts'
import { RFC3339, UTC_MILLISECONDS } from './timestamp.ts'

/** What a field is besides its zod type; kept in zod's metadata under `houseHelper`. */
export type FieldKind = 'id' | 'time' | 'openEnum'

declare module 'zod' {
  interface GlobalMeta {
    houseHelper?: FieldKind
  }
}

/** An identifier: 1 to 128 visible ASCII characters. */
export function id(): z.ZodString {
  return z.string().regex(ID_PATTERN, 'must be 1 to 128 visible ASCII characters').meta({ houseHelper: 'id' })
}

/**
 * An instant. Read with any offset and precision (RFC 3339); published in UTC with milliseconds, which is what
 * `new Date().toISOString()` gives.
 */
export function time(): z.ZodString {
  return z.string().regex(RFC3339, 'must be an RFC 3339 time').meta({ houseHelper: 'time' })
}

/** An amount of money. */
export type MoneySchema = z.ZodObject<{ amount: z.ZodInt; currency: z.ZodString }>

/** An amount of money: whole minor units (cents for EUR) and an ISO 4217 code, `{ amount: 1250, currency: 'EUR' }`. */
export function money(): MoneySchema {
  return z.object({
    amount: z.int().describe('Whole minor units of the currency: 1250 is 12.50 EUR'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
      .describe('ISO 4217 code, such as EUR'),
  })
}

/** One of the known values, or for a reader any other text: what a newer publisher may write. */
export type OpenEnumSchema<Value extends string> = z.ZodType<Value | (string & Record<never, never>), Value>

/**
 * An enumeration that may grow: closed for publishers, who may only write the values named here, and open for handlers,
 * who must expect any text. Adding a value is a compatible change; with `z.enum` it is not.
 */
export function openEnum<const Value extends string>(values: readonly Value[]): OpenEnumSchema<Value> {
  return z.enum(values).meta({ houseHelper: 'openEnum' }) as unknown as OpenEnumSchema<Value>
}

/** What kind of field a schema is, or undefined for plain zod. */
export function fieldKind(schema: z.core.$ZodType): FieldKind | undefined {
  return (z.globalRegistry.get(schema) as { houseHelper?: FieldKind } | undefined)?.houseHelper
}

/** The pattern that a publisher's time has to match. */
export const publishedTime: z.ZodString = z
  .string()
  .regex(UTC_MILLISECONDS, 'must be UTC with milliseconds, as new Date().toISOString() gives')
