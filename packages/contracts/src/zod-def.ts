import type { z } from 'zod'

/** What zod knows of a schema, as far as contracts use it. */
export type Def = Readonly<Record<string, unknown>> & {
  readonly type: string
  readonly checks?: readonly z.core.$ZodCheck[]
}

/** Where in a contract something stands, for messages. */
export interface Place {
  /** `task.completed@1.0`. */
  readonly contract: string
  readonly path: readonly string[]
}

/** The definition of a zod schema. */
export function defOf(schema: z.core.$ZodType): Def {
  return schema._zod.def as unknown as Def
}

/** A schema inside of another one. */
export function inner(def: Def, name: string): z.core.$ZodType {
  return def[name] as z.core.$ZodType
}

/** The checks of a schema. A format such as `z.email()` or `z.int()` is a schema and its own check. */
export function checksOf(def: Def): readonly Def[] {
  const own = def.check === undefined ? [] : [def]
  return [...own, ...(def.checks ?? []).map((check) => check._zod.def as unknown as Def)]
}
