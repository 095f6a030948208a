import { majorVersion, readEvent } from '@house-helper/events-core'
import { SubscriberError } from '../errors.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import type { Middleware } from './handler.ts'

/**
 * Lets only events through that keep their contract, and brings those of an older major version to the newest; no attempt
 * would make the others right.
 */
export const contract: Middleware = (next) => (event) => {
  const reading = readEvent(event.envelope, event.route.contract)
  if (reading.contract === 'ok') {
    event.data = reading.data
    return next(event)
  }
  if (reading.contract === 'broken') {
    const issues = reading.issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
    throw new SubscriberError('CONTRACT_BROKEN', `The event breaks the contract of ${event.envelope.type}: ${issues}.`)
  }
  throw unknownVersion(event)
}

function unknownVersion({ envelope: { type, version }, route: { contract } }: PendingEvent): SubscriberError {
  const oldest = contract.versions.at(-1) ?? contract
  const since = oldest === contract ? '' : `, and those since ${oldest.major}.0 by their casts`
  const known = `this service knows ${type} ${contract.version}${since}`
  const major = majorVersion(version)
  if (major !== undefined && major > contract.major) {
    return new SubscriberError(
      'VERSION_TOO_NEW',
      `The event has version ${version}; ${known}. Update its domain package.`,
    )
  }
  return new SubscriberError('VERSION_UNKNOWN', `The event has version ${JSON.stringify(version)}; ${known}.`)
}
