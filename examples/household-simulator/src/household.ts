import type { Random } from './random.ts'

/** Somebody who lives in a household. */
export interface Member {
  readonly userId: string
  readonly name: string
  readonly role: 'owner' | 'adult' | 'teen'
  readonly device: { readonly deviceId: string; readonly kind: 'phone'; readonly platform: 'android' | 'ios' }
}

/** A household of the simulation. */
export interface Household {
  readonly householdId: string
  readonly name: string
  /** The first one founded it. */
  readonly members: readonly [Member, ...Member[]]
  readonly currency: string
  readonly locale: string
  readonly timeZone: string
  readonly washerId: string
  readonly dryerId: string
}

// biome-ignore format: a name on each line would hide the rest
const names = [
  'Anna', 'Ben', 'Chidi', 'Dilara', 'Emil', 'Fatima', 'Goran', 'Hanna', 'Ines', 'Jonas', 'Kaito', 'Lena',
  'Mateo', 'Nora', 'Olu', 'Priya', 'Quentin', 'Rosa', 'Sam', 'Tereza', 'Uma', 'Viktor', 'Wanda', 'Yusuf',
] as const
const places = ['Garden', 'Mill', 'Harbour', 'Station', 'Hill', 'Church', 'River', 'Park'] as const
const homes = ['Flat', 'House', 'Loft', 'Cottage', 'Share'] as const
const regions = [
  { currency: 'EUR', locale: 'de-DE', timeZone: 'Europe/Berlin' },
  { currency: 'EUR', locale: 'fr-FR', timeZone: 'Europe/Paris' },
  { currency: 'GBP', locale: 'en-GB', timeZone: 'Europe/London' },
  { currency: 'USD', locale: 'en-US', timeZone: 'America/New_York' },
  { currency: 'SEK', locale: 'sv-SE', timeZone: 'Europe/Stockholm' },
] as const

/** Makes a household of one to five members. */
export function makeHousehold(random: Random): Household {
  const others = Array.from({ length: random.integer(0, 4) }, (_, index) =>
    makeMember(random, index < 1 || random.chance(0.3) ? 'adult' : 'teen'),
  )
  return {
    householdId: `household-${random.text(8)}`,
    name: `The ${random.pick(places)} ${random.pick(homes)}`,
    members: [makeMember(random, 'owner'), ...others],
    ...random.pick(regions),
    washerId: `washer-${random.text(6)}`,
    dryerId: `dryer-${random.text(6)}`,
  }
}

function makeMember(random: Random, role: Member['role']): Member {
  return {
    userId: `user-${random.text(8)}`,
    name: random.pick(names),
    role,
    device: { deviceId: `device-${random.text(8)}`, kind: 'phone', platform: random.pick(['android', 'ios']) },
  }
}
