import type { ContractSchema } from './contract-schema.ts'
import { ContractsError } from './errors.ts'
import { fits } from './example-fit.ts'
import { namedNumber, namedText, otherTexts } from './example-names.ts'

/**
 * Makes the value of a field that is no object and no list: what its name suggests, where the schema takes it, else the
 * first of some ordinary values that it takes. The same for the same schema, name and index.
 *
 * @throws ContractsError `EXAMPLE_IMPOSSIBLE` when the schema takes none of them, by a pattern of its own for example.
 */
export function exampleValue(schema: ContractSchema, path: string, index: number): unknown {
  const { const: only, enum: values } = schema
  if (only !== undefined) return only
  const candidates = values === undefined ? candidatesFor(schema, path.replaceAll('[]', ''), index) : values
  const found = candidates.find((candidate) => fits(schema, candidate))
  if (found !== undefined) return found
  throw new ContractsError(
    'EXAMPLE_IMPOSSIBLE',
    `No example can be made for ${path}, which takes ${JSON.stringify(schema)}. Give the field in the contract's example.`,
    { details: { path } },
  )
}

function candidatesFor(schema: ContractSchema, place: string, index: number): readonly unknown[] {
  switch (schema.type) {
    case 'string':
      return textsFor(schema, place, index)
    case 'integer':
    case 'number':
      return numbersFor(schema, place)
    case 'boolean':
      return [true, false]
    default:
      return [null]
  }
}

function textsFor(
  { minLength = 0, maxLength = 1_000 }: ContractSchema,
  place: string,
  index: number,
): readonly string[] {
  const suggested = namedText(place, index)
  const texts = [...(suggested === undefined ? [] : [suggested]), ...otherTexts(index)]
  const longer = texts.map((text) => text.padEnd(minLength, ' and so on'))
  return [...texts, ...longer, ...longer.map((text) => text.slice(0, maxLength))]
}

function numbersFor(schema: ContractSchema, place: string): readonly number[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf = 1 } = schema
  const low = minimum ?? exclusiveMinimum
  const high = maximum ?? exclusiveMaximum
  const steps = [1, 2, 10, 0].map((factor) => factor * multipleOf)
  const bounds = [low, high].filter((bound) => bound !== undefined)
  const between = low !== undefined && high !== undefined ? [(low + high) / 2] : []
  const onSteps = bounds.flatMap((bound) => [-1, 0, 1].map((by) => (Math.round(bound / multipleOf) + by) * multipleOf))
  return [namedNumber(place), ...steps, ...bounds, ...onSteps, ...between]
}
