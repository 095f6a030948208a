import { expect, it } from 'vitest'
import { domainNames } from './domain-names.ts'

it('derives every name from the domain, of which the first event is that one of it was created', () => {
  expect(domainNames('pantry-items')).toEqual({
    domain: 'pantry-items',
    variable: 'pantryItems',
    capital: 'PantryItems',
    noun: 'pantryItem',
    type: 'pantry.item.created',
    contractFile: 'pantry-item-created',
    contract: 'pantryItemCreated',
  })
})

it.each([
  ['recipes', 'recipe'],
  ['activities', 'activity'],
  ['glass', 'glass'],
  ['laundry', 'laundry'],
])('calls one of %s a %s', (domain, noun) => {
  expect(domainNames(domain).noun).toBe(noun)
})

it('takes another first event', () => {
  const { type, contractFile, contract } = domainNames('recipes', 'recipe.cooked')
  expect({ type, contractFile, contract }).toEqual({
    type: 'recipe.cooked',
    contractFile: 'recipe-cooked',
    contract: 'recipeCooked',
  })
})
