import type { DomainNames } from '../domain-names.ts'

/** The test that lists a domain's events. */
export function domainTest({ variable, type }: DomainNames): string {
  return `import { expect, it } from 'vitest'
import { ${variable} } from './domain.ts'

it('has exactly these events, each about a household', () => {
  expect(${variable}.events.map(({ type, version, subject }) => [type, version, subject])).toEqual([
    ['${type}', '1.0', 'household'],
  ])
})
`
}

/** The type test of a domain's publisher and handlers. */
export function typeTest({ variable, capital, type, noun }: DomainNames): string {
  return `import { describe, expectTypeOf, it } from 'vitest'
import { create${capital}Publisher, on${capital}, type ${capital}Publisher } from './index.ts'

const household = { householdId: 'household-001' }
const data = { ${noun}Id: '${noun}-001', name: 'An example' }
declare const ${variable}: ${capital}Publisher

describe('a publisher of ${variable}', () => {
  it('takes data of the contract', () => {
    expectTypeOf(create${capital}Publisher).returns.toEqualTypeOf<${capital}Publisher>()
    void ${variable}.publish('${type}', data, household)
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no such type
    void ${variable}.publish('${type}.not', data, household)
  })

  it('refuses data without a required field', () => {
    // @ts-expect-error name is missing
    void ${variable}.publish('${type}', { ${noun}Id: '${noun}-001' }, household)
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error there is no unheardOf
    void ${variable}.publish('${type}', { ...data, unheardOf: true }, household)
  })

  it('refuses an event without its household', () => {
    // @ts-expect-error householdId is missing
    void ${variable}.publish('${type}', data, { userId: 'user-001' })
  })
})

describe('handlers of ${variable}', () => {
  it('get typed data', () => {
    on${capital}({
      '${type}': (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'${type}'>()
        expectTypeOf(event.data.name).toEqualTypeOf<string>()
      },
    })
  })

  it('refuse a key that is no type of the domain', () => {
    // @ts-expect-error there is no such type
    on${capital}({ '${type}.not': () => undefined })
  })
})
`
}
