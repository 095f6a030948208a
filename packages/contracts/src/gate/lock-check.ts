import { lockLosses } from '../lock-file.ts'
import type { DomainState } from './domain-state.ts'
import type { Finding } from './finding.ts'

/** Holds a lock to its own rules: it only grows, only by releases, and everything in it can still be read. */
export function lockFindings(state: DomainState): readonly Finding[] {
  return [...losses(state), ...early(state), ...unreadable(state)]
}

function losses({ baseLock, lock, packageName }: DomainState): Finding[] {
  return lockLosses(baseLock ?? new Map(), lock).map((loss) => ({
    passed: false,
    about: packageName,
    text: `contracts.lock.json has lost something: ${loss}`,
    remedy: 'take the file of the base branch again: events of every locked version are on the wire and in the log',
  }))
}

/** Locked, though nothing is released: later changes would be held to what nobody has. */
function early({ baseLock, lock, packageName, isVersioned }: DomainState): Finding[] {
  if (baseLock === undefined || isVersioned) return []
  const added = [...lock].flatMap(([type, versions]) =>
    [...versions.keys()]
      .filter((version) => baseLock.get(type)?.has(version) !== true)
      .map((version) => `${type} ${version}`),
  )
  return added.map((name) => ({
    passed: false,
    about: packageName,
    text: `${name} is locked, but the package has the version of the base branch`,
    remedy: 'take it out of contracts.lock.json: `pnpm changeset version` locks what is released',
  }))
}

/** What is in topics and the log has to be read for good. */
function unreadable({ lock, domain }: DomainState): Finding[] {
  return [...lock].flatMap(([type, versions]) => {
    const contract = domain.contract(type)
    if (contract === undefined) {
      const text =
        'breaking: the domain has no such type any more, and its events are in the topic and the log for good'
      return [
        {
          passed: false,
          about: type,
          text,
          remedy: 'put the contract back; a type that is not published any more may stay',
        },
      ]
    }
    const majors = new Set(contract.versions.map(({ major }) => major))
    return [...versions.keys()]
      .filter((version) => !majors.has(Number.parseInt(version, 10)))
      .map((version) => ({
        passed: false,
        about: `${type} ${version}`,
        text: `breaking: ${contract.version} cannot read events of ${version}, which are in the topic and the log for good`,
        remedy: `give ${contract.version} a previous of that major, with upcast and downcast`,
      }))
  })
}
