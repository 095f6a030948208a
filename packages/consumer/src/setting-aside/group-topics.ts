import { type Transport, topicNames } from '@house-helper/events-core'
import { SubscriberError } from '../errors.ts'
import type { GroupTopic } from './courier.ts'

/** The topics that a subscriber works with. */
export interface SubscriberTopics {
  /** What it receives: the topics of the domains that it handles, and its inbox where it has one. */
  readonly received: readonly string[]
  /** Deliveries addressed to this group; undefined where neither dead letters nor later retries are on. */
  readonly inbox: GroupTopic | undefined
  /** What the group gives up on; undefined where dead letters are off. */
  readonly dead: GroupTopic | undefined
}

/** What topics are found for. */
export interface TopicsWanted {
  readonly groupId: string
  readonly domains: readonly string[]
  /** Redrives and replays come to the inbox as later retries do: a group with either has one. */
  readonly inbox: boolean
  readonly dead: boolean
}

/**
 * Finds the topics of a subscriber.
 *
 * @throws SubscriberError `TOPICS_MISSING` naming those that do not exist, and the command that creates them.
 */
export async function findTopics(transport: Transport, wanted: TopicsWanted): Promise<SubscriberTopics> {
  const names = topicNames(transport.topicPrefix)
  const { groupId } = wanted
  const domains = wanted.domains.map((domain) => names.domain(domain))
  const inbox = wanted.inbox ? names.inbox(groupId) : undefined
  const dead = wanted.dead ? names.dead(groupId) : undefined
  const own = [inbox, dead].filter((name) => name !== undefined)
  const all = [...domains, ...own]
  const found = new Map((await transport.admin.describeTopics(all)).map((topic) => [topic.name, topic]))
  const missing = all.filter((name) => !found.has(name))
  if (missing.length > 0) throw topicsMissing(missing, own.length > 0 ? groupId : undefined)
  const groupTopic = (name: string | undefined): GroupTopic | undefined => {
    return name === undefined ? undefined : found.get(name)
  }
  const received = inbox === undefined ? domains : [...domains, inbox]
  return { received, inbox: groupTopic(inbox), dead: groupTopic(dead) }
}

function topicsMissing(missing: readonly string[], groupId: string | undefined): SubscriberError {
  const group = groupId === undefined ? '' : ` --group ${groupId}`
  const made = groupId === undefined ? '' : ', and the inbox and dead-letter topics of this group'
  return new SubscriberError(
    'TOPICS_MISSING',
    `${missing.join(', ')} ${missing.length === 1 ? 'does' : 'do'} not exist. ` +
      `Run \`hh-events topics apply${group}\`, which creates the topics of all domains${made}.`,
    { details: { missing } },
  )
}
