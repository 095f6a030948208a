import type { z } from 'zod'
import type { Side } from './schema.ts'

/** Whom an event is about and keyed by. */
export type SubjectKind = 'household' | 'user'

/** What `defineEvent` takes besides an example and casts. */
export interface EventDefinition {
  /** The event type, `task.completed`: lower-case words joined by dots. */
  readonly type: string
  /** `major.minor`. A minor adds; a major breaks, and has the major before as its `previous`. */
  readonly version: string
  /** Whom the event is about. Default `household`. */
  readonly subject?: SubjectKind | undefined
  /** One sentence that says what happened. */
  readonly description: string
  /** The data's schema, of the allow-list that `defineEvent` checks. */
  readonly data: z.ZodObject
  /** The contract of the major version before; then `upcast` and `downcast` are given as well. */
  readonly previous?: EventContract | undefined
}

/**
 * What a version adds that has one before it: casts to and from the data of that version.
 *
 * A cast is synchronous and has no effects. It gets a copy of the data, with the fields of the contract only.
 */
export interface Casts<Definition extends EventDefinition, Previous extends EventContract> {
  /** Turns what a handler of the version before gets into what a handler of this version gets. */
  readonly upcast: (data: HandledData<Previous>) => z.output<Definition['data']>
  /** Turns what is published in this version into what a publisher of the version before would give. */
  readonly downcast: (data: z.input<Definition['data']>) => PublishedData<Previous>
  /** The version that goes on the wire until every reader knows this one. Default: this one. */
  readonly publishAs?: Definition['version'] | VersionOf<Previous>
}

/** The versions that a contract knows: its own and those before it, as literals. */
export type VersionOf<Contract extends EventContract> =
  Contract extends EventContract<infer D>
    ? D['version'] | (D extends { readonly previous: infer P extends EventContract } ? VersionOf<P> : never)
    : never

/** A first version has nothing to cast from or to. */
export interface NoCasts {
  readonly upcast?: never
  readonly downcast?: never
  readonly publishAs?: never
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
  readonly version: Definition['version']
  /** The version's part before the dot. */
  readonly major: number
  readonly subject: SubjectKind
  readonly description: string
  readonly schema: Definition['data']
  /** Valid data, as documentation, tests and the command line show it. */
  readonly example: z.input<Definition['data']>
  /** The contract of the major version before, where this one has casts. */
  readonly previous: EventContract | undefined
  /** The contracts that can be read, newest first: this one and, by its casts, those of the majors before it. */
  readonly versions: readonly EventContract[]
  /** The version that its publishers put on the wire; one of `versions`. */
  readonly publishAs: string
  /** From data of `previous` to data of this version. `readData` runs it. */
  readonly upcast: Cast | undefined
  /** From data of this version to data of `previous`. `publishData` runs it. */
  readonly downcast: Cast | undefined
  /** The type-level definition; nothing at run time. */
  readonly definition?: Definition
  /**
   * Checks data of this version for one side. A publisher's check refuses unknown fields at any depth; a reader's check
   * ignores them. Either gives a copy that has the contract's fields only, each read exactly once.
   */
  check(side: Side, data: unknown): Checked
  /**
   * Whether a reader's check would accept data of this version, told several times as fast. A no may be wrong: `check`
   * decides then, and says what is wrong.
   */
  accepts(data: unknown): boolean
}

/** A cast as a contract keeps it, its types left behind. */
export type Cast = (data: never) => unknown

/** What a publisher has to give as data. */
export type PublishedData<Contract extends EventContract> = z.input<Contract['schema']>

/** What a handler gets as data. Values of an open enum are any text here. */
export type HandledData<Contract extends EventContract> = z.output<Contract['schema']>

/** The subject kind of a contract as a literal. */
export type SubjectOf<Contract extends EventContract> =
  Contract extends EventContract<infer D> ? (D extends { readonly subject: 'user' } ? 'user' : 'household') : never
