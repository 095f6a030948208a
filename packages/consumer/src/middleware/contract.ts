import { judge, majorVersion } from '@house-helper/events-core'
import { SubscriberError } from '../errors.ts'
import type { PendingEvent } from '../pending-event.ts'
import type { Middleware } from './handler.ts'

/** Lets only events through that keep their contract; no attempt would make the others right. */
export const contract: Middleware = (next) => (event) => {
  const verdict = judge(event.envelope, event.route.contract)
  if (verdict.contract === 'ok') return next(event)
  if (verdict.contract === 'broken') {
    const issues = verdict.issues.map(({ path, message }) => `${path}: ${message}`).join('; ')
    throw new SubscriberError('CONTRACT_BROKEN', `The event breaks the contract of ${event.envelope.type}: ${issues}.`)
  }
  throw unknownVersion(event)
}

function unknownVersion({ envelope: { type, version }, route }: PendingEvent): SubscriberError {
  const known = `this service knows ${type} ${route.contract.version}`
  const major = majorVersion(version)
  if (major !== undefined && major > route.contract.major) {
    return new SubscriberError(
      'VERSION_TOO_NEW',
      `The event has version ${version}; ${known}. Update its domain package.`,
    )
  }
  return new SubscriberError('VERSION_UNKNOWN', `The event has version ${JSON.stringify(version)}; ${known}.`)
}
