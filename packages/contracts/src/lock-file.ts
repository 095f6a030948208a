import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ContractSchema, JsonValue } from './contract-schema.ts'
import { ContractsError } from './errors.ts'
import { canonical, isSamePromise, type LockedVersion } from './locked-version.ts'

/** Every version of every event of a domain that was ever released, by type and version. */
export type ContractLock = ReadonlyMap<string, ReadonlyMap<string, LockedVersion>>

/** The name of the lock file, beside a domain's package.json. */
export const lockFileName = 'contracts.lock.json'

const jsonValue = z.json() as unknown as z.ZodType<JsonValue>
const count = z.int().nonnegative()
const contractSchema: z.ZodType<ContractSchema> = z.lazy(() =>
  z.strictObject({
    type: z.enum(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']).optional(),
    'x-house-helper': z.enum(['id', 'time', 'openEnum']).optional(),
    const: jsonValue.optional(),
    enum: z.array(jsonValue).optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    ...{
      minLength: count.optional(),
      maxLength: count.optional(),
      minItems: count.optional(),
      maxItems: count.optional(),
    },
    ...{ minimum: z.number().optional(), maximum: z.number().optional(), multipleOf: z.number().optional() },
    ...{ exclusiveMinimum: z.number().optional(), exclusiveMaximum: z.number().optional() },
    ...{
      items: contractSchema.optional(),
      propertyNames: contractSchema.optional(),
      discriminator: z.string().optional(),
    },
    ...{ allOf: z.array(contractSchema).optional(), oneOf: z.array(contractSchema).optional() },
    anyOf: z.array(contractSchema).optional(),
    properties: z.record(z.string(), contractSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.literal(false), contractSchema]).optional(),
  }),
) as z.ZodType<ContractSchema>

const lockedEntry = z.strictObject({
  digest: z.string(),
  subject: z.enum(['household', 'user']),
  schema: contractSchema,
  example: jsonValue,
})
const version = z.string().regex(/^[1-9]\d*\.\d+$/, 'must be major.minor')
const lockFile = z.strictObject({
  lockVersion: z.literal(1),
  events: z.record(z.string(), z.record(version, lockedEntry)),
})

/**
 * Reads the text of a lock file.
 *
 * @throws ContractsError `LOCK_UNREADABLE` naming file and place, when it is no lock file or was edited by hand.
 */
export function parseLock(text: string, file: string): ContractLock {
  const parsed = lockFile.safeParse(jsonOf(text, file))
  if (!parsed.success) throw unreadable(file, parsed.error.issues.map(issueText).join('; '))
  const events = Object.entries(parsed.data.events)
  return new Map(events.map(([type, versions]) => [type, new Map(entriesOf(type, versions, file))]))
}

/** Writes a lock file: types and versions in order, so that the same lock is the same text. */
export function formatLock(lock: ContractLock): string {
  const events = [...lock]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, versions]) => {
      const sorted = [...versions].toSorted(([a], [b]) => compareVersionTexts(a, b))
      const entries = sorted.map(([name, locked]) => [name, { digest: digestOf(type, name, locked), ...locked }])
      return [type, Object.fromEntries(entries)]
    })
  return `${JSON.stringify({ lockVersion: 1, events: Object.fromEntries(events) }, undefined, 2)}\n`
}

/**
 * Lists what a lock lacks, or has otherwise, of an earlier one: a version once locked never changes and never goes.
 */
export function lockLosses(earlier: ContractLock, later: ContractLock): readonly string[] {
  return [...earlier].flatMap(([type, versions]) =>
    [...versions].flatMap(([name, locked]) => {
      const now = later.get(type)?.get(name)
      if (now === undefined) return [`${type} ${name} is gone`]
      return isSamePromise(locked, now) && canonical(locked) === canonical(now) ? [] : [`${type} ${name} was changed`]
    }),
  )
}

/** Orders versions: `1.10` comes after `1.9`. */
export function compareVersionTexts(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number)
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number)
  return aMajor - bMajor || aMinor - bMinor
}

function entriesOf(
  type: string,
  versions: Readonly<Record<string, z.infer<typeof lockedEntry>>>,
  file: string,
): [version: string, locked: LockedVersion][] {
  return Object.entries(versions).map(([name, { digest, ...locked }]) => {
    if (digest === digestOf(type, name, locked)) return [name, locked]
    throw unreadable(file, `events.${type}.${name} was edited by hand, its digest is of something else`)
  })
}

function digestOf(type: string, name: string, { subject, schema, example }: LockedVersion): string {
  const text = canonical({ type, version: name, subject, schema, example })
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error))
  }
}

function issueText({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return `${path.map(String).join('.') || 'the file'}: ${message}`
}

function unreadable(file: string, what: string): ContractsError {
  const remedy = 'Take the file of the base branch again (git checkout), then `pnpm contracts lock`.'
  return new ContractsError('LOCK_UNREADABLE', `${file} cannot be used: ${what}. ${remedy}`, { details: { file } })
}
