import { expect, it } from 'vitest'
import type { Route } from '../route.ts'
import { createRouteLookup } from './route-lookup.ts'

const types = ['chore.started', 'chore.stopped', 'chore.done', 'x']
const routes = new Map(types.map((type) => [type, { contract: { type } } as Route]))
const routeOf = createRouteLookup(routes)

it.each(types)('finds the route of %s, also where others are as long', (type) => {
  expect(routeOf(type)).toBe(routes.get(type))
})

it.each(['chore.stoppeD', 'chore', '', 'toString', 'x'.repeat(256)])('finds none for %j', (type) => {
  expect(routeOf(type)).toBeUndefined()
})

it('finds none where there are none', () => {
  expect(createRouteLookup(new Map())('x')).toBeUndefined()
})
