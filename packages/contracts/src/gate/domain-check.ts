import type { EventContract } from '@house-helper/events-core'
import { type Change, compareVersions } from '../compare/change.ts'
import { type Party, partyOfContract, partyOfLocked } from '../compare/party.ts'
import { compareVersionTexts } from '../lock-file.ts'
import { isSamePromise, type LockedVersion, lockedVersion } from '../locked-version.ts'
import type { Acknowledgement } from './acknowledgement.ts'
import { castFindings } from './cast-check.ts'
import type { DomainState } from './domain-state.ts'
import type { Finding } from './finding.ts'
import { lockFindings } from './lock-check.ts'
import { versionFindings } from './version-check.ts'

/** What the gate knows while it goes through a domain. */
interface Round {
  readonly state: DomainState
  /** Acknowledgements that an unknown change was found for. */
  readonly used: Set<Acknowledgement>
}

/** Compares a domain's contracts with all of their locked versions, and holds them to the rules of releasing. */
export function checkDomain(state: DomainState): readonly Finding[] {
  const round: Round = { state, used: new Set() }
  const contracts = state.domain.events.flatMap((contract) => contract.versions)
  return [
    ...lockFindings(state),
    ...contracts.flatMap((contract) => contractFindings(contract, round)),
    ...state.domain.events.flatMap((contract) => castFindings(contract, state)),
    ...state.acknowledged.filter((one) => !round.used.has(one)).map(staleAcknowledgement),
  ]
}

function contractFindings(contract: EventContract, round: Round): readonly Finding[] {
  const { state } = round
  const versions = state.lock.get(contract.type) ?? new Map<string, LockedVersion>()
  const today = partyOfContract(contract)
  const comparisons = ofMajor(versions, contract.major)
    .filter(([, locked]) => !isSamePromise(locked, lockedVersion(contract)))
    .map(([version, locked]): Comparison => {
      const party = partyOfLocked(contract.type, version, locked)
      return { version, changes: compareVersions(...inOrder(party, today)) }
    })
  return [
    ...versionFindings(contract, versions, state),
    ...(versions.has(contract.version) ? [] : majorFindings(contract, versions)),
    ...comparisons.flatMap((comparison) => changeFindings(contract, comparison, comparisons, round)),
  ]
}

/** What a new major changes of the newest version of the one before it, which its casts are for. */
function majorFindings(contract: EventContract, versions: ReadonlyMap<string, LockedVersion>): readonly Finding[] {
  const [newest] = ofMajor(versions, contract.major - 1)
  if (newest === undefined || contract.previous === undefined || ofMajor(versions, contract.major).length > 0) return []
  const [older, locked] = newest
  const changes = compareVersions(partyOfLocked(contract.type, older, locked), partyOfContract(contract))
  const text = `allowed: ${contract.version} is another major, and its casts stand between the two`
  return changes.map((change) => ({
    passed: true,
    about: `${contract.type} ${older} → ${contract.version}`,
    text,
    change,
    between: { older, newer: contract.version },
  }))
}

/** A contract beside one locked version. */
interface Comparison {
  readonly version: string
  readonly changes: readonly Change[]
}

/** The locked versions of a major, the newest first. */
function ofMajor(versions: ReadonlyMap<string, LockedVersion>, major: number): [string, LockedVersion][] {
  const own = [...versions].filter(([version]) => Number.parseInt(version, 10) === major)
  return own.toSorted(([a], [b]) => compareVersionTexts(b, a))
}

function inOrder(locked: Party, today: Party): [older: Party, newer: Party] {
  return compareVersionTexts(locked.version, today.version) <= 0 ? [locked, today] : [today, locked]
}

function changeFindings(
  contract: EventContract,
  { version, changes }: Comparison,
  all: readonly Comparison[],
  { state, used }: Round,
): Finding[] {
  const isLocked = all.every((one) => one.version !== contract.version) && isKnown(contract, state)
  const isNewest = version === all[0]?.version
  return changes.flatMap((change): Finding[] => {
    const acknowledgement = change.verdict === 'unknown' && acknowledged(contract, change, all, state)
    if (acknowledgement) used.add(acknowledgement)
    const passed = change.verdict === 'compatible' || acknowledgement !== false
    // What is compatible was said when it was new, and is said once.
    if (passed && (isLocked || !isNewest)) return []
    const [older, newer] = [version, contract.version].toSorted(compareVersionTexts) as [string, string]
    const about = older === newer ? `${contract.type} ${older}, locked → today` : `${contract.type} ${older} → ${newer}`
    const text = acknowledgement ? `acknowledged: ${acknowledgement.reason}` : change.verdict
    return [
      {
        passed,
        about,
        text,
        change,
        between: { older, newer },
        ...(!passed && { remedy: remedyOf(change, contract, state) }),
      },
    ]
  })
}

function isKnown({ type, version }: EventContract, { lock }: DomainState): boolean {
  return lock.get(type)?.has(version) === true
}

/** An acknowledgement of this very version, or of a locked one since which nothing has changed at that place. */
function acknowledged(
  { type, version }: EventContract,
  { path }: Change,
  all: readonly Comparison[],
  state: DomainState,
): Acknowledgement | false {
  const isUnchangedSince = (earlier: string) =>
    state.lock.get(type)?.has(earlier) === true &&
    all.find((one) => one.version === earlier)?.changes.every((change) => change.path !== path) !== false
  const own = state.acknowledged.filter((one) => one.type === type && one.path === path)
  return own.find((one) => one.version === version || isUnchangedSince(one.version)) ?? false
}

function remedyOf({ verdict, path }: Change, contract: EventContract, { packageName }: DomainState): string {
  const major = `define ${contract.major + 1}.0 with previous, upcast, downcast and publishAs, and add a major changeset for ${packageName}`
  if (path === 'subject') return 'define a new event type: the subject is the key, which no cast can change'
  if (verdict === 'breaking') return `take the change back, or ${major}`
  const entry = JSON.stringify({ type: contract.type, version: contract.version, path, reason: '…' })
  return `if no event can break a handler, acknowledge it in contracts.acknowledged.json with ${entry}; else ${major}`
}

function staleAcknowledgement({ type, version, path }: Acknowledgement): Finding {
  return {
    passed: false,
    about: `${type} ${version}`,
    text: `an acknowledgement for ${path} is of no unknown change`,
    remedy: 'take the entry out of contracts.acknowledged.json',
  }
}
