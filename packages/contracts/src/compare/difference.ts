import type { ContractSchema } from '../contract-schema.ts'
import { canonical } from '../locked-version.ts'
import { optionStep } from './gap.ts'
import { isRecord } from './sample.ts'

/** One place where two versions of a schema are not the same. */
export interface Difference {
  readonly path: readonly string[]
  /** What changed, from the older to the newer. */
  readonly what: string
}

/** Lists where a newer schema differs from an older one. */
export function differences(older: ContractSchema, newer: ContractSchema): readonly Difference[] {
  if (canonical(older) === canonical(newer)) return []
  if (older.anyOf !== undefined || newer.anyOf !== undefined) return nullableDifferences(older, newer)
  if (kindOf(older) !== kindOf(newer)) return [here(`was ${kindOf(older)}, is ${kindOf(newer)}`)]
  return [...keywordDifferences(older, newer), ...innerDifferences(older, newer)]
}

function nullableDifferences(older: ContractSchema, newer: ContractSchema): readonly Difference[] {
  const inner = differences(older.anyOf?.[0] ?? older, newer.anyOf?.[0] ?? newer)
  if (older.anyOf !== undefined && newer.anyOf !== undefined) return inner
  return [here(newer.anyOf === undefined ? 'can be null no more' : 'can be null now'), ...inner]
}

function innerDifferences(older: ContractSchema, newer: ContractSchema): readonly Difference[] {
  if (older.oneOf !== undefined) return optionDifferences(older, newer)
  if (older.type === 'array') return below('[]', differences(older.items ?? {}, newer.items ?? {}))
  if (older.type !== 'object') return []
  if (isRecord(older)) {
    return [
      ...below('*', keywordDifferences(older.propertyNames ?? {}, newer.propertyNames ?? {}, 'its keys: ')),
      ...below(
        '*',
        differences(older.additionalProperties as ContractSchema, newer.additionalProperties as ContractSchema),
      ),
    ]
  }
  return propertyDifferences(older, newer)
}

function propertyDifferences(older: ContractSchema, newer: ContractSchema): readonly Difference[] {
  const [before, now] = [older.properties ?? {}, newer.properties ?? {}]
  const needs = (schema: ContractSchema, name: string) => schema.required?.includes(name) === true
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((name) => {
    const [was, is] = [Object.hasOwn(before, name) && before[name], Object.hasOwn(now, name) && now[name]]
    const asked = needs(newer, name) ? 'required' : 'optional'
    if (!was || !is) return below(name, [here(is ? `is new: ${kindOf(is)}, ${asked}` : 'was taken away')])
    const changed = needs(older, name) === needs(newer, name) ? [] : [here(`is ${asked} now`)]
    return below(name, [...changed, ...differences(was, is)])
  })
}

function optionDifferences(older: ContractSchema, newer: ContractSchema): readonly Difference[] {
  const byStep = (union: ContractSchema) =>
    new Map((union.oneOf ?? []).map((option) => [optionStep(option, union.discriminator ?? ''), option]))
  const [before, now] = [byStep(older), byStep(newer)]
  const moved = older.discriminator === newer.discriminator ? [] : [here(`is told apart by ${newer.discriminator} now`)]
  const options = [...new Set([...before.keys(), ...now.keys()])].flatMap((step) => {
    const [was, is] = [before.get(step), now.get(step)]
    if (was === undefined || is === undefined)
      return below(step, [here(is ? 'is a new option' : 'is an option no more')])
    return below(step, differences(was, is))
  })
  return [...moved, ...options]
}

const structure = new Set(['properties', 'required', 'additionalProperties', 'propertyNames', 'items', 'oneOf'])

function keywordDifferences(older: ContractSchema, newer: ContractSchema, prefix = ''): readonly Difference[] {
  const keys = Object.keys({ ...older, ...newer }).filter((key) => !structure.has(key)) as (keyof ContractSchema)[]
  const phrases = keys.flatMap((key) => {
    if (canonical(older[key]) === canonical(newer[key])) return []
    return key === 'enum' ? valuePhrase(older, newer) : `${key} ${shown(older[key])} → ${shown(newer[key])}`
  })
  return phrases.length === 0 ? [] : [here(prefix + phrases.join(', '))]
}

function valuePhrase({ enum: before = [] }: ContractSchema, { enum: now = [] }: ContractSchema): string {
  const added = now.filter((value) => !before.includes(value))
  const gone = before.filter((value) => !now.includes(value))
  const phrases = [
    ...(added.length > 0 ? [`has the new value ${added.map(shown).join(', ')}`] : []),
    ...(gone.length > 0 ? [`has no value ${gone.map(shown).join(', ')} any more`] : []),
  ]
  return phrases.join(' and ')
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value)
}

/** A schema's kind in a word. */
function kindOf(schema: ContractSchema): string {
  if (schema['x-house-helper'] !== undefined) return schema['x-house-helper']
  if (schema.oneOf !== undefined) return 'union'
  if (schema.anyOf !== undefined) return `${kindOf(schema.anyOf[0] ?? {})} or null`
  if (schema.const !== undefined) return `the constant ${JSON.stringify(schema.const)}`
  if (schema.enum !== undefined) return 'enum'
  return isRecord(schema) ? 'record' : (schema.type ?? 'anything')
}

function here(what: string): Difference {
  return { path: [], what }
}

function below(step: string, inner: readonly Difference[]): Difference[] {
  return inner.map(({ path, what }) => ({ path: [step, ...path], what }))
}
