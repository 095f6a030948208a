import type { ContractSchema } from '../contract-schema.ts'
import { fits } from './fits.ts'

type Bounds = Pick<ContractSchema, 'minimum' | 'exclusiveMinimum' | 'maximum' | 'exclusiveMaximum'>

/** Up to so many integers are gone through one by one. */
const countable = 300

/** The numbers of a writer's schema where they are few integers, each of them; undefined where they are not. */
export function countedNumbers(schema: ContractSchema): readonly number[] | undefined {
  const [low, high] = boundsOf(schema)
  if (schema.type !== 'integer' || high - low > countable) return undefined
  const numbers = Array.from({ length: Math.max(0, high - low + 1) }, (_, at) => low + at)
  return numbers.filter((number) => fits(schema, number))
}

/** Numbers that fit a writer's schema: the given ones first, then those at its own and at other bounds and steps. */
export function numbersOf(schema: ContractSchema, first: readonly unknown[], other: ContractSchema = {}): number[] {
  const given = first.filter((value) => typeof value === 'number')
  const marks = [...marksOf(schema), ...marksOf(other), 0, 1e300, -1e300]
  const steps = [schema.multipleOf, other.multipleOf].filter((step) => step !== undefined)
  const near = marks.flatMap((mark) => [mark, ...[1, 0.5, 0.25, 1e-9].flatMap((by) => [mark + by, mark - by])])
  const multiples = steps.flatMap((step) => marks.flatMap((mark) => multiplesAt(mark, step)))
  const numbers = [...given, ...near, ...multiples].filter(Number.isFinite)
  return [...new Set(numbers)].filter((number) => fits(schema, number))
}

/** Whether each number of a writer surely is one of a reader. */
export function isWithin(writer: ContractSchema, reader: ContractSchema): boolean {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = edgesOf(writer)
  const aboveLow =
    Math.max(minimum, exclusiveMinimum) >= (reader.minimum ?? -Infinity) &&
    (minimum > (reader.exclusiveMinimum ?? -Infinity) || exclusiveMinimum >= (reader.exclusiveMinimum ?? -Infinity))
  const belowHigh =
    Math.min(maximum, exclusiveMaximum) <= (reader.maximum ?? Infinity) &&
    (maximum < (reader.exclusiveMaximum ?? Infinity) || exclusiveMaximum <= (reader.exclusiveMaximum ?? Infinity))
  const isWhole = reader.type !== 'integer' || writer.type === 'integer'
  return aboveLow && belowHigh && isWhole && divisorsOf(reader).every((divisor) => isMultiple(writer, divisor))
}

/** zod allows multiples for rounding, so that only equal steps, or those of integers, surely hold one another. */
function isMultiple(writer: ContractSchema, divisor: number): boolean {
  const own = divisorsOf(writer)
  if (own.includes(divisor)) return true
  return writer.type === 'integer' && [1, ...own].some((step) => Number.isInteger(step) && step % divisor === 0)
}

function divisorsOf({ multipleOf, allOf = [] }: ContractSchema): number[] {
  return [multipleOf, ...allOf.map((part) => part.multipleOf)].filter((divisor) => divisor !== undefined)
}

/** Of integers, what is above 0 is at least 1. */
function edgesOf(schema: ContractSchema): Required<Bounds> {
  const { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity, exclusiveMaximum = Infinity } = schema
  if (schema.type !== 'integer') return { minimum, exclusiveMinimum, maximum, exclusiveMaximum }
  const low = Math.max(Math.ceil(minimum), Math.floor(exclusiveMinimum) + 1)
  const high = Math.min(Math.floor(maximum), Math.ceil(exclusiveMaximum) - 1)
  return { minimum: low, exclusiveMinimum: low - 1, maximum: high, exclusiveMaximum: high + 1 }
}

function boundsOf(schema: ContractSchema): [low: number, high: number] {
  const { minimum, maximum } = edgesOf(schema)
  return [minimum, maximum]
}

function marksOf({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: ContractSchema): number[] {
  const bounds = [minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf]
  return bounds.filter((bound) => bound !== undefined)
}

function multiplesAt(mark: number, step: number): number[] {
  const at = Math.round(mark / step)
  return [-2, -1, 0, 1, 2, 3].map((by) => (at + by) * step)
}
