import type { Change } from '../compare/change.ts'

/** What a release of a package is to be, as its changesets say. */
export type Bump = 'none' | 'patch' | 'minor' | 'major'

/** One thing that the gate says. */
export interface Finding {
  readonly passed: boolean
  /** What it is about: `task.completed 1.0 → 1.1`, or a package. */
  readonly about: string
  /** What is so, in a sentence; of a change it is made from the change. */
  readonly text: string
  readonly change?: Change
  /** The versions that the change is between. */
  readonly between?: { readonly older: string; readonly newer: string }
  /** What to do; absent where nothing has to be done. */
  readonly remedy?: string
}

/** Whether the changesets ask for at least this. */
export function isAtLeast(bump: Bump, wanted: Bump): boolean {
  const order: readonly Bump[] = ['none', 'patch', 'minor', 'major']
  return order.indexOf(bump) >= order.indexOf(wanted)
}
