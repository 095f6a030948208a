import type { z } from 'zod'
import { CoreError } from './errors.ts'
import { type Side, schemaFor, schemaProblems } from './schema.ts'

/** Whom an event is about and keyed by. */
export type SubjectKind = 'household' | 'user'

/** What {@link defineEvent} takes. */
export interface EventDefinition {
  /** The event type, `task.completed`: lower-case words joined by dots. */
  readonly type: string
  /** `major.minor`. A minor adds; a major breaks. */
  readonly version: string
  /** Whom the event is about. Default `household`. */
  readonly subject?: SubjectKind
  /** One sentence that says what happened. */
  readonly description: string
  /** The data's schema, of the allow-list that {@link defineEvent} checks. */
  readonly data: z.ZodObject
}

/** Something wrong with an event, with the path to it. */
export interface Issue {
  /** `data.title`, `householdId`. */
  readonly path: string
  readonly message: string
}

/** The verdict of a check: the value as it was checked, or what is wrong with it. */
export type Checked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** A contract is what publishers promise and handlers may rely on for one event type and version. */
export interface EventContract<Definition extends EventDefinition = EventDefinition> {
  readonly type: Definition['type']
  readonly version: string
  /** The version's part before the dot. */
  readonly major: number
  readonly subject: SubjectKind
  readonly description: string
  readonly schema: Definition['data']
  /** Valid data, as documentation, tests and the command line show it. */
  readonly example: z.input<Definition['data']>
  /** The type-level definition; nothing at run time. */
  readonly definition?: Definition
  /**
   * Checks data for one side. A publisher's check refuses unknown fields at any depth and returns a copy with each field
   * read exactly once; a reader's check ignores unknown fields, and its caller goes on with the data as it came.
   */
  check(side: Side, data: unknown): Checked
}

/** What a publisher has to give as data. */
export type PublishedData<Contract extends EventContract> = z.input<Contract['schema']>

/** What a handler gets as data. Values of an open enum are any text here. */
export type HandledData<Contract extends EventContract> = z.output<Contract['schema']>

/** The subject kind of a contract as a literal. */
export type SubjectOf<Contract extends EventContract> =
  Contract extends EventContract<infer D> ? (D extends { readonly subject: 'user' } ? 'user' : 'household') : never

/**
 * Defines the contract of one event type.
 *
 * @throws CoreError `CONTRACT_INVALID` naming the path, when the schema uses anything that cannot be compared between
 * versions (transforms, refinements, coercion, dates, bigint), or the type or version is malformed.
 */
export function defineEvent<const Definition extends EventDefinition>(
  definition: Definition & { readonly example: z.input<Definition['data']> },
): EventContract<Definition> {
  checkDefinition(definition)
  const schemas: Partial<Record<Side, z.ZodType>> = {}
  return {
    type: definition.type,
    version: definition.version,
    major: Number.parseInt(definition.version, 10),
    subject: definition.subject ?? 'household',
    description: definition.description,
    schema: definition.data,
    example: definition.example,
    check: (side, data) => {
      schemas[side] ??= schemaFor(side, definition.data)
      return verdict(schemas[side].safeParse(data))
    },
  }
}

function checkDefinition(definition: EventDefinition): void {
  const { type, version } = definition
  const fail = (message: string): never => {
    throw new CoreError('CONTRACT_INVALID', `The contract of ${JSON.stringify(type)} ${message}`, { details: { type } })
  }
  if (!/^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+$/.test(type)) fail('needs a type of lower-case words joined by dots.')
  if (!/^[1-9]\d*\.\d+$/.test(version)) fail(`has the version ${JSON.stringify(version)}; write major.minor, "1.0".`)
  const problems = schemaProblems(definition.data)
  if (problems.length > 0) {
    fail(
      `has a schema that cannot be kept compatible: ${problems.map((p) => `at ${pathText(p.path)}, ${p.message}`).join('; ')}.`,
    )
  }
}

function verdict(result: z.ZodSafeParseResult<unknown>): Checked {
  if (result.success) return { ok: true, value: result.data }
  return {
    ok: false,
    issues: result.error.issues.map((issue) => ({ path: pathText(issue.path), message: issue.message })),
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return ['data', ...path.map(String).filter((part) => part !== '')].join('.')
}
