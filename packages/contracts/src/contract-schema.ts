import type { FieldKind } from '@house-helper/events-core'

/** A value that JSON has. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** The part of JSON Schema 2020-12 that contracts are written in. */
export interface ContractSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
  readonly description?: string
  /** What the field is besides its type; {@link schemaOfSide} knows what each side makes of it. */
  readonly 'x-house-helper'?: FieldKind
  readonly const?: JsonValue
  readonly enum?: readonly JsonValue[]
  /** An annotation; what is checked is `pattern`. */
  readonly format?: string
  readonly pattern?: string
  /** In code points. */
  readonly minLength?: number
  /** In code points. */
  readonly maxLength?: number
  /** Patterns beyond the first. */
  readonly allOf?: readonly ContractSchema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  /** Up to the rounding of floating-point numbers, as zod checks it: 0.3 is a multiple of 0.1. */
  readonly multipleOf?: number
  readonly items?: ContractSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: { readonly [name: string]: ContractSchema }
  readonly required?: readonly string[]
  /** Of an object whether it is open; of a record the schema of its values. */
  readonly additionalProperties?: boolean | ContractSchema
  /** What a record's keys have to be. */
  readonly propertyNames?: ContractSchema
  /** The values of keys that match, in a record as its readers check it. */
  readonly patternProperties?: { readonly [pattern: string]: boolean }
  /** No key of this name, in a record as its publishers check it. */
  readonly not?: ContractSchema
  /** The options of a discriminated union. */
  readonly oneOf?: readonly ContractSchema[]
  /** The property that says which option of `oneOf` it is. */
  readonly discriminator?: string
  /** A nullable schema, and `null`. */
  readonly anyOf?: readonly ContractSchema[]
}
