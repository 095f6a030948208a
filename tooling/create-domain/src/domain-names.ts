import { camelCase, capitalCase } from '@house-helper/contracts'
import { type CoreErrorCode, defineEvent, isDomainName, isHouseHelperError } from '@house-helper/events-core'
import { z } from 'zod'
import { CreateDomainError } from './errors.ts'

/** The names that the files of a domain package are written with. */
export interface DomainNames {
  /** The domain, its folder and its topic: `pantry-items`. */
  readonly domain: string
  /** The domain as a variable: `pantryItems`. */
  readonly variable: string
  /** The domain in names of types and functions: `PantryItems`. */
  readonly capital: string
  /** One of what the domain is about, as a variable: `pantryItem`. */
  readonly noun: string
  /** The first event type: `pantry.item.created`. */
  readonly type: string
  /** The first contract's file: `pantry-item-created`. */
  readonly contractFile: string
  /** The first contract as a variable: `pantryItemCreated`. */
  readonly contract: string
}

/**
 * Derives the names of a domain from its own name, a lower-case plural.
 *
 * @throws CreateDomainError `NAME_INVALID` when no domain or event type can be named so.
 */
export function domainNames(domain: string, type: string = defaultType(domain)): DomainNames {
  if (!isDomainName(domain) || /--|-$/.test(domain)) {
    throw new CreateDomainError(
      'NAME_INVALID',
      `${JSON.stringify(domain)} cannot name a domain: use a lower-case plural such as recipes or pantry-items; inbox and dead are taken.`,
    )
  }
  checkType(type)
  const contractFile = type.replaceAll('.', '-')
  return {
    domain,
    variable: camelCase(domain),
    capital: capitalCase(domain),
    noun: camelCase(singular(domain)),
    type,
    contractFile,
    contract: camelCase(contractFile),
  }
}

function singular(domain: string): string {
  return domain.replace(/ies$/, 'y').replace(/(?<=[^s])s$/, '')
}

function defaultType(domain: string): string {
  return `${singular(domain).replaceAll('-', '.')}.created`
}

function checkType(type: string): void {
  try {
    defineEvent({ type, version: '1.0', description: '', data: z.object({}), example: {} })
  } catch (error) {
    if (!isHouseHelperError<CoreErrorCode>(error, 'CONTRACT_INVALID')) throw error
    throw new CreateDomainError('NAME_INVALID', `${JSON.stringify(type)} cannot be an event type. ${error.message}`, {
      cause: error,
    })
  }
}
