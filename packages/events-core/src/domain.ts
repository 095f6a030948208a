import type { EventContract, SubjectOf } from './contract.ts'
import { CoreError } from './errors.ts'
import { isDomainName } from './topic-names.ts'

/** What {@link defineDomain} takes. */
export interface DomainDefinition {
  /** Lower case; the topic is named after it. Not `inbox` or `dead`. */
  readonly name: string
  /** The contracts, each type once. */
  readonly events: readonly EventContract[]
}

/** A domain is a named set of contracts that share one topic. */
export interface Domain<Definition extends DomainDefinition = DomainDefinition> {
  readonly name: Definition['name']
  readonly events: Definition['events']
  /** The contract of a type, or undefined where this domain has no such type. */
  contract(type: string): EventContract | undefined
}

/** The event types of a domain, as literals. */
export type EventTypeOf<D extends Domain> = D['events'][number]['type']

/** The contract of one event type of a domain. */
export type ContractOf<D extends Domain, Type extends string> = Extract<D['events'][number], { readonly type: Type }>

/** Who an event of this contract has to be about: `householdId` or `userId` is required, the other may be given. */
export type SubjectFields<Contract extends EventContract> =
  SubjectOf<Contract> extends 'user'
    ? { readonly userId: string; readonly householdId?: string | undefined }
    : { readonly householdId: string; readonly userId?: string | undefined }

/**
 * Defines a domain.
 *
 * @throws CoreError `DOMAIN_INVALID` when the name is reserved or malformed, or a type appears twice.
 */
export function defineDomain<const Definition extends DomainDefinition>(definition: Definition): Domain<Definition> {
  const { name, events } = definition
  if (!isDomainName(name)) {
    throw new CoreError(
      'DOMAIN_INVALID',
      `${JSON.stringify(name)} cannot name a domain: use lower case; inbox and dead are taken.`,
    )
  }
  const byType = new Map(events.map((contract) => [contract.type, contract]))
  if (byType.size !== events.length) {
    const twice = events.find((contract, index) => events.findIndex((other) => other.type === contract.type) < index)
    throw new CoreError('DOMAIN_INVALID', `The domain ${name} defines ${twice?.type} twice.`)
  }
  return { name, events, contract: (type) => byType.get(type) }
}
