import type { EventContract } from '@house-helper/events-core'
import { compareVersionTexts } from '../lock-file.ts'
import { isSamePromise, type LockedVersion, lockedVersion } from '../locked-version.ts'
import type { DomainState } from './domain-state.ts'
import { type Bump, type Finding, isAtLeast } from './finding.ts'

type Versions = ReadonlyMap<string, LockedVersion>

/** Holds a contract's version and the package's changesets to what has changed. */
export function versionFindings(contract: EventContract, versions: Versions, state: DomainState): readonly Finding[] {
  const locked = versions.get(contract.version)
  if (locked !== undefined)
    return isSamePromise(locked, lockedVersion(contract)) ? [] : [reusedVersion(contract, versions)]
  if (state.isVersioned) return [notLocked(contract, state)]
  const newest = newestOf(versions, contract.major)
  if (newest !== undefined && compareVersionTexts(contract.version, newest) < 0)
    return [reusedVersion(contract, versions)]
  const isNewMajor = newest === undefined && versions.size > 0
  return [
    ...changesetFindings(contract, isNewMajor, state),
    ...(isNewMajor ? publishAsFindings(contract, versions) : []),
  ]
}

function newestOf(versions: Versions, major: number): string | undefined {
  const own = [...versions.keys()].filter((version) => Number.parseInt(version, 10) === major)
  return own.toSorted(compareVersionTexts).at(-1)
}

function reusedVersion({ type, version, major }: EventContract, versions: Versions): Finding {
  const [, minor = 0] = (newestOf(versions, major) ?? version).split('.').map(Number)
  return {
    passed: false,
    about: `${type} ${version}`,
    text: versions.has(version)
      ? `the contract is not what was released as ${version}`
      : 'a later version is released already',
    remedy: `give the contract the version ${major}.${minor + 1} for a compatible change`,
  }
}

function notLocked({ type, version }: EventContract, { packageName }: DomainState): Finding {
  return {
    passed: false,
    about: `${type} ${version}`,
    text: `${packageName} has a new version, and this one of its contracts is not locked`,
    remedy: 'run `pnpm contracts lock` and commit what it writes; `pnpm changeset version` does it by itself',
  }
}

function changesetFindings(
  { type, version }: EventContract,
  isNewMajor: boolean,
  { packageName, bump }: DomainState,
): Finding[] {
  const wanted: Bump = isNewMajor ? 'major' : 'minor'
  const about = `${type} ${version}`
  if (isAtLeast(bump, wanted))
    return [{ passed: true, about, text: `is new, with a ${bump} changeset for ${packageName}` }]
  const has = bump === 'none' ? 'has no changeset' : `has a ${bump} changeset only`
  const text = `a new version of a contract needs a ${wanted} changeset, and ${packageName} ${has}`
  return [{ passed: false, about, text, remedy: `run \`pnpm changeset\` and choose ${wanted} for ${packageName}` }]
}

/** Readers move first: until they have, they would give up each event of a major that they do not know. */
function publishAsFindings({ type, version, publishAs }: EventContract, versions: Versions): Finding[] {
  if (versions.has(publishAs) || publishAs !== version) return []
  const newest = [...versions.keys()].toSorted(compareVersionTexts).at(-1)
  return [
    {
      passed: false,
      about: `${type} ${version}`,
      text: `breaking: it would be published as ${version} at once, which handlers of ${newest} give up as VERSION_TOO_NEW`,
      remedy: `say publishAs: '${newest}' in its first release, and take it out in a later one, when every reader has moved`,
    },
  ]
}
