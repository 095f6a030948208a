/** A gift of points. */
export interface Award {
  readonly householdId: string
  readonly userId: string
  readonly points: number
  readonly reason: string
}

/** The points of all members, in memory; a service of its own would keep them, and its receipts, in a database. */
export interface PointsLedger {
  /** Gives points for an event, once: events come at least once. Returns the new balance, or undefined for a repeat. */
  give(eventId: string, award: Award): number | undefined
  balance(householdId: string, userId: string): number
}

// A repeat comes within the events that were not committed yet, of which there are far fewer.
const rememberedEvents = 100_000

/** Creates an empty ledger. */
export function createPointsLedger(): PointsLedger {
  const balances = new Map<string, number>()
  const handled = new Set<string>()
  const account = (householdId: string, userId: string): string => `${householdId}/${userId}`
  const balance = (householdId: string, userId: string): number => balances.get(account(householdId, userId)) ?? 0
  return {
    balance,
    give: (eventId, { householdId, userId, points }) => {
      if (handled.has(eventId)) return undefined
      handled.add(eventId)
      const [oldest] = handled
      if (handled.size > rememberedEvents && oldest !== undefined) handled.delete(oldest)
      const after = balance(householdId, userId) + points
      balances.set(account(householdId, userId), after)
      return after
    },
  }
}
