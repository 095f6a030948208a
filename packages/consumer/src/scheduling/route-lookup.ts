import type { Route, Routes } from '../route.ts'

/** Finds the route of an event type; undefined where there is none. */
export type RouteLookup = (type: string) => Route | undefined

/**
 * Makes a lookup that compares a type with those of its length. Each message brings its type as a new text, which a Map
 * would hash first: that takes about five times as long.
 */
export function createRouteLookup(routes: Routes): RouteLookup {
  const byLength = Map.groupBy(routes, ([type]) => type.length)
  return (type) => {
    for (const [known, route] of byLength.get(type.length) ?? []) if (known === type) return route
    return undefined
  }
}
