import {
  type Acl,
  type AclOperation,
  type AclResource,
  CLUSTER_RESOURCE_NAME,
  topicNames,
} from '@house-helper/events-core'
import type { Service } from '../environment/service.ts'

/** One right that a service needs, and what for. */
export interface Right {
  /** The service's name. */
  readonly service: string
  readonly acl: Acl
  /** What the service does with it, as the end of "in order to". */
  readonly purpose: string
}

/** The group that the event logger records in where nothing else is said. */
export const EVENT_LOGGER_GROUP = 'house-helper-event-consumer'

type Ask = (
  resource: AclResource,
  name: string,
  operation: AclOperation,
  purpose: string,
  prefixed?: 'prefixed',
) => Right

/** What rights are planned with. */
export interface RightsOptions {
  readonly topicPrefix: string
}

/**
 * The least rights that services need, each once for a principal.
 *
 * A right to read, write or alter brings the right to describe with it, and altering settings that of describing them, so
 * that these are not listed beside it. Idempotent publishing needs no right on the cluster since Kafka 3.0; no service
 * here uses transactions.
 */
export function rightsOf(services: readonly Service[], { topicPrefix }: RightsOptions): readonly Right[] {
  const found = new Map<string, Right>()
  for (const service of services) {
    for (const right of rightsOfService(service, topicPrefix)) {
      const { principal, resource, name, pattern, operation } = right.acl
      const key = JSON.stringify([principal, resource, name, pattern, operation])
      if (!found.has(key)) found.set(key, right)
    }
  }
  return [...found.values()]
}

function rightsOfService(service: Service, topicPrefix: string): readonly Right[] {
  const { principal, name = principal.replace(/^User:/, '') } = service
  const ask: Ask = (resource, resourceName, operation, purpose, prefixed) => ({
    service: name,
    purpose,
    acl: {
      ...{ principal, host: '*', resource, name: resourceName },
      ...{ pattern: prefixed ?? 'literal', operation, permission: 'allow' },
    },
  })
  const published = publisherRights(service, topicPrefix, ask)
  switch (service.role) {
    case 'service':
      return [...published, ...subscriberRights(service, topicPrefix, ask)]
    case 'event-logger':
      return [...loggerRights(service, topicPrefix, ask), ...published]
    case 'operator':
      return [...operatorRights(topicPrefix, ask), ...published]
    case 'viewer':
      return [...viewerRights(topicPrefix, ask), ...published]
  }
}

function publisherRights({ publishes }: Service, topicPrefix: string, ask: Ask): readonly Right[] {
  const { domain } = topicNames(topicPrefix)
  return publishes.map((name) => ask('topic', domain(name), 'Write', `publish events of ${name}`))
}

function subscriberRights(service: Service, topicPrefix: string, ask: Ask): readonly Right[] {
  const { handles, group, deadLetters, laterRetries } = service
  if (group === undefined) return []
  const names = topicNames(topicPrefix)
  const [inbox, dead] = [names.inbox(group), names.dead(group)]
  return [
    ...handles.map((name) => ask('topic', names.domain(name), 'Read', `handle events of ${name}`)),
    ask('group', group, 'Read', 'handle in its group'),
    ...(deadLetters || laterRetries ? [ask('topic', inbox, 'Read', 'get redrives, replays and later retries')] : []),
    ...(laterRetries ? [ask('topic', inbox, 'Write', 'try events again later')] : []),
    ...(deadLetters ? [ask('topic', dead, 'Write', 'give events up')] : []),
  ]
}

function loggerRights({ group = EVENT_LOGGER_GROUP }: Service, topicPrefix: string, ask: Ask): readonly Right[] {
  const read = 'record, verify and backfill every topic, those that come later too, and index dead letters'
  return [
    ask('topic', `${topicPrefix}.`, 'Read', read, 'prefixed'),
    ask('group', group, 'Read', 'record in its group'),
    ask('topic', `${topicPrefix}.inbox.`, 'Write', 'redrive dead letters and replay events', 'prefixed'),
    ask('topic', `${topicPrefix}.sandbox.`, 'Write', 'try replays out in a sandbox', 'prefixed'),
    ask('group', '*', 'Describe', 'show where groups stand with an event and how far they are behind'),
    ask('cluster', CLUSTER_RESOURCE_NAME, 'Describe', 'show topic sizes'),
  ]
}

function operatorRights(topicPrefix: string, ask: Ask): readonly Right[] {
  return [
    ask('topic', `${topicPrefix}.`, 'Create', 'create topics', 'prefixed'),
    ask('topic', `${topicPrefix}.`, 'Alter', 'look at topics and give them more partitions', 'prefixed'),
    ask('topic', `${topicPrefix}.`, 'AlterConfigs', 'look at settings of topics and change them', 'prefixed'),
    ask('group', '*', 'Describe', 'see how far a group is behind'),
  ]
}

function viewerRights(topicPrefix: string, ask: Ask): readonly Right[] {
  return [
    ask('topic', `${topicPrefix}.`, 'Describe', 'look at topics', 'prefixed'),
    ask('topic', `${topicPrefix}.`, 'DescribeConfigs', 'look at settings of topics', 'prefixed'),
    ask('group', '*', 'Describe', 'see how far a group is behind'),
  ]
}
