import { CoreError } from './errors.ts'

/** What topic names begin with where nothing else is set. */
export const DEFAULT_TOPIC_PREFIX = 'house-helper'

/** The names of the topics under one prefix. */
export interface TopicNames {
  /** The topic that all events of a domain share, `house-helper.tasks`. */
  domain(name: string): string
  /** Deliveries addressed to one group, `house-helper.inbox.<group>`. */
  inbox(groupId: string): string
  /** What a group gave up on, `house-helper.dead.<group>`. */
  dead(groupId: string): string
  /** Where replays can be tried out, `house-helper.sandbox.<name>`: no group reads it by itself. */
  sandbox(name: string): string
  /** The domain whose topic this is, or undefined for an inbox, a dead-letter topic or a foreign one. */
  domainOf(topic: string): string | undefined
  /** The group whose dead-letter topic this is, or undefined for any other topic. */
  deadGroupOf(topic: string): string | undefined
  /** The group whose inbox topic this is, or undefined for any other topic. */
  inboxGroupOf(topic: string): string | undefined
}

const alphabet = /^[a-zA-Z0-9._-]+$/
const reserved = new Set(['inbox', 'dead'])

/** Names topics under a prefix. */
export function topicNames(prefix: string = DEFAULT_TOPIC_PREFIX): TopicNames {
  const groupOf = (topic: string, start: string): string | undefined => {
    const groupId = topic.startsWith(start) ? topic.slice(start.length) : ''
    return isGroupId(groupId) ? groupId : undefined
  }
  return {
    domain: (name) => `${prefix}.${name}`,
    inbox: (groupId) => `${prefix}.inbox.${checkGroupId(groupId)}`,
    dead: (groupId) => `${prefix}.dead.${checkGroupId(groupId)}`,
    sandbox: (name) => `${prefix}.sandbox.${checkSandboxName(name)}`,
    domainOf: (topic) => {
      const name = topic.startsWith(`${prefix}.`) ? topic.slice(prefix.length + 1) : ''
      return isDomainName(name) ? name : undefined
    },
    deadGroupOf: (topic) => groupOf(topic, `${prefix}.dead.`),
    inboxGroupOf: (topic) => groupOf(topic, `${prefix}.inbox.`),
  }
}

/** Returns a group id that can stand in a topic name, or throws `GROUP_ID_INVALID`. */
export function checkGroupId(groupId: string): string {
  if (isGroupId(groupId)) return groupId
  throw new CoreError(
    'GROUP_ID_INVALID',
    `The group id ${JSON.stringify(groupId)} cannot name a topic: use 1 to 200 letters, digits, dots, hyphens and underscores.`,
    { details: { groupId } },
  )
}

/** Returns a name that can stand in the name of a sandbox topic, or throws a RangeError. */
export function checkSandboxName(name: string): string {
  if (alphabet.test(name) && name.length <= 100) return name
  throw new RangeError('A sandbox is named by 1 to 100 letters, digits, dots, hyphens and underscores.')
}

/** Whether a domain may have this name: lower case, and not a word that topic names use. */
export function isDomainName(name: string): boolean {
  return /^[a-z][a-z0-9-]*$/.test(name) && !reserved.has(name)
}

function isGroupId(text: string): boolean {
  return alphabet.test(text) && text.length <= 200
}
