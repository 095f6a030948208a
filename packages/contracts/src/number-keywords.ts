import { z } from 'zod'
import type { ContractSchema } from './contract-schema.ts'
import { checksOf, type Def } from './zod-def.ts'

interface Bounds {
  min: number
  max: number
  aboveMin: number
  belowMax: number
}

/** The keywords of a number's checks; of several bounds the strictest. */
export function numberKeywords(def: Def): ContractSchema {
  const bounds: Bounds = { min: -Infinity, max: Infinity, aboveMin: -Infinity, belowMax: Infinity }
  const divisors = new Set<number>()
  let isInteger = false
  for (const check of checksOf(def)) {
    if (check.check === 'multiple_of') divisors.add(check.value as number)
    if (check.check === 'number_format') isInteger = addFormat(bounds, String(check.format)) || isInteger
    if (check.check === 'greater_than') addMinimum(bounds, check)
    if (check.check === 'less_than') addMaximum(bounds, check)
  }
  return { type: isInteger ? 'integer' : 'number', ...boundKeywords(bounds), ...divisorKeywords([...divisors]) }
}

/** An integer of zod is a safe one, so its format is a range too. Gives whether it is one of integers. */
function addFormat(bounds: Bounds, format: string): boolean {
  const [min, max] = z.core.util.NUMBER_FORMAT_RANGES[format as keyof typeof z.core.util.NUMBER_FORMAT_RANGES]
  // Every JSON number is a double.
  if (format === 'float64') return false
  bounds.min = Math.max(bounds.min, min)
  bounds.max = Math.min(bounds.max, max)
  return format.includes('int')
}

function addMinimum(bounds: Bounds, { value, inclusive }: Def): void {
  if (inclusive === true) bounds.min = Math.max(bounds.min, value as number)
  else bounds.aboveMin = Math.max(bounds.aboveMin, value as number)
}

function addMaximum(bounds: Bounds, { value, inclusive }: Def): void {
  if (inclusive === true) bounds.max = Math.min(bounds.max, value as number)
  else bounds.belowMax = Math.min(bounds.belowMax, value as number)
}

function boundKeywords({ min, max, aboveMin, belowMax }: Bounds): ContractSchema {
  return {
    ...(min > aboveMin && { minimum: min }),
    ...(aboveMin >= min && aboveMin > -Infinity && { exclusiveMinimum: aboveMin }),
    ...(max < belowMax && { maximum: max }),
    ...(belowMax <= max && belowMax < Infinity && { exclusiveMaximum: belowMax }),
  }
}

function divisorKeywords([first, ...more]: readonly number[]): ContractSchema {
  if (first === undefined) return {}
  return { multipleOf: first, ...(more.length > 0 && { allOf: more.map((multipleOf) => ({ multipleOf })) }) }
}
