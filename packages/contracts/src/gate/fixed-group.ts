import type { Bump, Finding } from './finding.ts'

/** What the changesets ask for, by package. */
export type Bumps = ReadonlyMap<string, Bump>

/**
 * Holds the rule for the shared packages: a major of any of them is a major of every domain, whose services get them
 * through it. Changesets alone would ship it to them as a patch.
 */
export function fixedGroupFindings(
  fixed: readonly string[],
  domains: readonly string[],
  bumps: Bumps,
): readonly Finding[] {
  const cause = fixed.find((name) => bumps.get(name) === 'major')
  if (cause === undefined) return []
  const missing = domains.filter((name) => bumps.get(name) !== 'major')
  return missing.map((name) => ({
    passed: false,
    about: name,
    text: `${cause} gets a major, which services get through ${name}, and that has no major changeset`,
    remedy: `add "${name}": major to the changeset that breaks ${cause}`,
  }))
}
