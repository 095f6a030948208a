import type { z } from 'zod'
import { type Acceptance, compileAcceptance } from './acceptance.ts'
import { type ChainFields, checkChain } from './chain.ts'
import type { Casts, Checked, EventContract, EventDefinition, NoCasts } from './contract.ts'
import { CoreError } from './errors.ts'
import { compilePublishedCopy, type PublishedCopy, REFUSED } from './published-copy.ts'
import { type Side, schemaFor, schemaProblems } from './schema.ts'

/**
 * Defines the contract of one event type.
 *
 * A new major version names the contract of the major before as its `previous`, and casts to and from it: handlers then
 * get old events in the new form, and with `publishAs` publishers write the old form until all handlers know the new one.
 *
 * @example
 * defineEvent({
 *   type: 'task.completed',
 *   version: '2.0',
 *   previous: taskCompletedV1,
 *   upcast: ({ completedBy, ...task }) => ({ ...task, completedBy: [completedBy] }),
 *   downcast: ({ completedBy, ...task }) => ({ ...task, completedBy: completedBy[0] ?? 'unknown' }),
 *   publishAs: '1.0',
 *   …
 * })
 *
 * @throws CoreError `CONTRACT_INVALID` naming the path, when the schema uses anything that cannot be compared between
 * versions (transforms, refinements, coercion, dates, bigint), the type or version is malformed, or the version does not
 * continue its `previous`.
 */
export function defineEvent<
  const Definition extends EventDefinition,
  const Previous extends EventContract | undefined = undefined,
>(
  // Picked, so that the compiler takes the definition from its plain fields before it looks at the casts, whose types follow.
  definition: Pick<Definition, keyof Definition & keyof EventDefinition> & {
    readonly example: z.input<Definition['data']>
    readonly previous?: Previous
  } & (Previous extends EventContract ? Casts<Definition, Previous> : NoCasts),
): EventContract<Definition> {
  const { type, version, subject = 'household', description, data, example } = definition
  const { previous, upcast, downcast, publishAs = version }: ChainFields = definition
  const fail = (message: string): never => {
    throw new CoreError('CONTRACT_INVALID', `The contract of ${JSON.stringify(type)} ${message}`, { details: { type } })
  }
  checkDefinition(definition, fail)
  checkChain({ type, version, subject, previous, upcast, downcast, publishAs }, fail)
  const schemas: Partial<Record<Side, z.ZodType>> = {}
  let acceptance: Acceptance | undefined
  let publishedCopy: PublishedCopy | undefined
  const versions: EventContract[] = [...(previous?.versions ?? [])]
  const contract: EventContract<Definition> = {
    ...{ type, version, subject, description, example, previous, versions, publishAs, upcast, downcast },
    major: Number.parseInt(version, 10),
    schema: data,
    check: (side, value) => {
      if (side === 'publisher') {
        publishedCopy ??= compilePublishedCopy(data) ?? (() => REFUSED)
        const copy = publishedCopy(value)
        if (copy !== REFUSED) return { ok: true, value: copy }
      }
      schemas[side] ??= schemaFor(side, data)
      return verdict(schemas[side].safeParse(value))
    },
    // Compiled for the first event: a service imports many contracts and reads few.
    accepts: (value) => {
      acceptance ??= compileAcceptance(data) ?? (() => false)
      return acceptance(value)
    },
  }
  versions.unshift(contract)
  return contract
}

function checkDefinition({ type, version, data }: EventDefinition, fail: (message: string) => never): void {
  if (!/^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)+$/.test(type)) fail('needs a type of lower-case words joined by dots.')
  if (!/^[1-9]\d*\.\d+$/.test(version)) fail(`has the version ${JSON.stringify(version)}; write major.minor, "1.0".`)
  const problems = schemaProblems(data)
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
