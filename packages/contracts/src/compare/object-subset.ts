import type { ContractSchema, JsonValue } from '../contract-schema.ts'
import { fits } from './fits.ts'
import { type Gap, gap, within } from './gap.ts'
import { isRecord, objectOf, partOf } from './sample.ts'
import type { Subset } from './subset.ts'
import { textsOf } from './texts.ts'

/** The gaps between a writer's objects or records and a reader's. */
export function objectSubset(
  writer: ContractSchema,
  reader: ContractSchema,
  subset: Subset,
  example?: JsonValue,
): readonly Gap[] {
  const both = [writer, reader, subset, example] as const
  if (isRecord(writer)) return isRecord(reader) ? recordToRecord(...both) : recordToObject(...both)
  return isRecord(reader) ? objectToRecord(...both) : objectToObject(...both)
}

function objectToObject(writer: ContractSchema, reader: ContractSchema, subset: Subset, example?: JsonValue): Gap[] {
  const absent = (reader.required ?? []).filter((name) => writer.required?.includes(name) !== true)
  const shared = Object.entries(writer.properties ?? {}).filter(([name]) =>
    Object.hasOwn(reader.properties ?? {}, name),
  )
  return [
    ...absent.flatMap((name) => {
      const without = objectOf(writer, example, {}, name)
      return within(gap('requires it', [without]), { step: name, around: (value) => value })
    }),
    ...shared.flatMap(([name, property]) => {
      const gaps = subset(property, reader.properties?.[name] ?? {}, partOf(example, name))
      return within(gaps, { step: name, name, around: (value) => objectOf(writer, example, { [name]: value }) })
    }),
  ]
}

function objectToRecord(writer: ContractSchema, reader: ContractSchema, subset: Subset, example?: JsonValue): Gap[] {
  const values = reader.additionalProperties as ContractSchema
  return Object.entries(writer.properties ?? {}).flatMap(([name, property]) => {
    const around = (value: JsonValue) => objectOf(writer, example, { [name]: value })
    const gaps = [
      ...subset(property, values, partOf(example, name)),
      ...(fits(reader.propertyNames ?? {}, name)
        ? []
        : gap('does not take this key', sampled(property, example, name))),
    ]
    return within(gaps, { step: name, name, around })
  })
}

function sampled(property: ContractSchema, example: JsonValue | undefined, name: string): (JsonValue | undefined)[] {
  const whole = objectOf({ properties: { [name]: property }, required: [name] }, example)
  return [partOf(whole, name)]
}

function recordToRecord(writer: ContractSchema, reader: ContractSchema, subset: Subset, example?: JsonValue): Gap[] {
  const values = writer.additionalProperties as ContractSchema
  const [key] = textsOf(writer.propertyNames ?? {}, [...Object.keys(example ?? {}), 'key'], [1])
  const value = sampled(values, undefined, 'value')[0]
  return [
    ...within(subset(values, reader.additionalProperties as ContractSchema, firstOf(example)), {
      step: '*',
      ...(key !== undefined && { name: key }),
      around: (item) => (key === undefined ? undefined : { [key]: item }),
    }),
    ...within(keyGaps(writer, reader, subset), {
      step: '*',
      around: (name) => (value === undefined ? undefined : { [String(name)]: value }),
    }),
  ]
}

/** A reader's keys are those of its contract, and the one that it does not see. */
function keyGaps(writer: ContractSchema, reader: ContractSchema, subset: Subset): readonly Gap[] {
  const { not: _, ...names } = writer.propertyNames ?? {}
  return subset({ type: 'string', ...names }, { type: 'string', ...(reader.propertyNames?.anyOf?.[0] ?? {}) })
}

function recordToObject(writer: ContractSchema, reader: ContractSchema, subset: Subset, example?: JsonValue): Gap[] {
  const values = writer.additionalProperties as ContractSchema
  const possible = Object.entries(reader.properties ?? {}).filter(([name]) => fits(writer.propertyNames ?? {}, name))
  return [
    ...(reader.required ?? []).flatMap((name) =>
      within(gap('requires it', [{}]), { step: name, around: (value) => value }),
    ),
    ...possible.flatMap(([name, property]) =>
      within(subset(values, property, partOf(example, name)), {
        step: name,
        name,
        around: (value) => ({ [name]: value }),
      }),
    ),
  ]
}

function firstOf(example: JsonValue | undefined): JsonValue | undefined {
  return typeof example === 'object' && example !== null ? Object.values(example)[0] : undefined
}
