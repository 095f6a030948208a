import { Ajv2020, type KeywordDefinition } from 'ajv/dist/2020.js'
import { z } from 'zod'
import type { ContractSchema } from './contract-schema.ts'

/** Says where a value breaks a schema: the path of each place, or nothing where it fits. */
export type Validator = (value: unknown) => readonly string[]

/** zod's, which allows for the rounding of floating-point numbers; Ajv's own finds 0.3 no multiple of 0.1. */
const multipleOf: KeywordDefinition = {
  keyword: 'multipleOf',
  type: 'number',
  schemaType: 'number',
  validate: (divisor: number, value: number) => z.core.util.floatSafeRemainder(value, divisor) === 0,
}

/** Patterns are zod's and without the flag `u`; formats are annotations, as in zod it is the pattern that checks. */
const ajv = new Ajv2020({
  ...{ strict: false, allErrors: true, unicodeRegExp: false, validateFormats: false, logger: false },
  // Schemas come from this package alone, which knows no other keywords than `ContractSchema` has.
  ...{ validateSchema: false, meta: false, addUsedSchema: false },
})
ajv.removeKeyword('multipleOf')
ajv.addKeyword(multipleOf)

/** Makes a validator of one side's JSON Schema, as {@link schemaOfSide} gives it. */
export function createValidator(schema: ContractSchema): Validator {
  const validate = ajv.compile(schema)
  // Ajv keeps what it has compiled for as long as it lives.
  ajv.removeSchema(schema)
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(({ instancePath }) => instancePath))
}
