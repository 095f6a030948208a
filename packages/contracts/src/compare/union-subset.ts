import type { ContractSchema, JsonValue } from '../contract-schema.ts'
import { fits } from './fits.ts'
import { type Gap, gap, optionStep, within } from './gap.ts'
import { isRecord, objectOf, partOf, samplesOf } from './sample.ts'
import type { Subset } from './subset.ts'

/** The gaps of a writer's union: those of each of its options. */
export function writerUnionSubset(
  writer: ContractSchema,
  reader: ContractSchema,
  subset: Subset,
  example?: JsonValue,
): readonly Gap[] {
  return (writer.oneOf ?? []).flatMap((option) => {
    const own = example !== undefined && fits(option, example) ? example : undefined
    const gaps = subset(option, reader, own)
    return option.oneOf === undefined
      ? within(gaps, { step: optionStep(option, writer.discriminator ?? ''), around: (value) => value })
      : gaps
  })
}

/** The gaps between a writer's objects and a reader's union: each value of the discriminator goes to its option. */
export function readerUnionSubset(
  writer: ContractSchema,
  reader: ContractSchema,
  subset: Subset,
  example?: JsonValue,
): readonly Gap[] {
  const name = reader.discriminator ?? ''
  const property = isRecord(writer) ? undefined : writer.properties?.[name]
  const refused = (): readonly JsonValue[] => samplesOf(writer, example).filter((value) => !fits(reader, value))
  const values = property === undefined ? undefined : discriminating(property)
  if (values === undefined || property === undefined)
    return gap(`needs a known ${name}`, [...refused(), ...strangers()])
  const missing = writer.required?.includes(name) === true ? [] : missingGaps(writer, reader, subset, example)
  return [...missing, ...values.flatMap((value) => routed(value))]

  function strangers(): readonly (JsonValue | undefined)[] {
    if (property === undefined) return []
    return samplesOf(property).map((value) => objectOf(writer, example, { [name]: value }))
  }

  function routed(value: JsonValue): readonly Gap[] {
    const option = reader.oneOf?.find((one) => takes(one, name, value))
    if (option === undefined) {
      const event = objectOf(writer, example, { [name]: value })
      return within(gap(`does not take ${JSON.stringify(value)}`, [event]), { step: name, around: (whole) => whole })
    }
    return subset(withOnly(writer, name, value), option, partOf(example, name) === value ? example : undefined)
  }
}

/** A writer that may leave the discriminator out, before a reader that may have an option for that. */
function missingGaps(
  writer: ContractSchema,
  reader: ContractSchema,
  subset: Subset,
  example?: JsonValue,
): readonly Gap[] {
  const name = reader.discriminator ?? ''
  const { [name]: _, ...others } = writer.properties ?? {}
  const option = reader.oneOf?.find((one) => one.oneOf === undefined && one.required?.includes(name) !== true)
  if (option !== undefined) return subset({ ...writer, properties: others }, option, example)
  const whole = objectOf(writer, example, {}, name)
  return within(gap('requires it', [whole]), { step: name, around: (value) => value })
}

function withOnly(writer: ContractSchema, name: string, value: JsonValue): ContractSchema {
  const required = new Set([...(writer.required ?? []), name])
  return { ...writer, properties: { ...writer.properties, [name]: { const: value } }, required: [...required] }
}

function takes(option: ContractSchema, name: string, value: JsonValue): boolean {
  if (option.oneOf !== undefined) return option.oneOf.some((one) => takes(one, name, value))
  return fits(option.properties?.[name] ?? {}, value)
}

/** The values of a discriminator, where they are listed. */
function discriminating({
  const: constant,
  enum: listed,
  anyOf,
  type,
}: ContractSchema): readonly JsonValue[] | undefined {
  if (anyOf !== undefined) {
    const inner = discriminating(anyOf[0] ?? {})
    return inner === undefined ? undefined : [...inner, null]
  }
  if (constant !== undefined) return [constant]
  return type === 'boolean' ? [true, false] : listed
}
