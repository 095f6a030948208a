import {
  type ActualTopic,
  MAX_BYTES,
  mayChange,
  type Permission,
  type PlannedTopic,
  planTopics,
  type TopicDifference,
  type WantedTopic,
} from '@house-helper/contracts'
import type { Admin, TopicSpec, Transport } from '@house-helper/events-core'

/** A planned topic after `apply`. `differs`: some of its differences were not made away with, those that are left. */
export type AppliedTopic = Omit<PlannedTopic, 'change'> & {
  readonly change: PlannedTopic['change'] | 'created' | 'changed' | 'differs'
}

/** The part of a Transport that planning topics takes. */
export type TopicCluster = Pick<Transport, 'admin' | 'topicPrefix'>

/** Compares wanted topics with those of a cluster; changes nothing. */
export async function planned(cluster: TopicCluster, wanted: readonly WantedTopic[]): Promise<readonly PlannedTopic[]> {
  return planTopics(wanted, await actualTopics(cluster.admin, wanted), cluster.topicPrefix)
}

/** Asks for the wanted topics, with the settings that matter, and for the others that there are. */
async function actualTopics(admin: Admin, wanted: readonly WantedTopic[]): Promise<readonly ActualTopic[]> {
  // By name too: of all topics, brokers leave out those that this user may not see, without a word.
  const found = [...(await admin.describeTopics(wanted.map(({ name }) => name))), ...(await admin.describeTopics())]
  const present = new Map(found.map((topic) => [topic.name, topic]))
  const wantedByName = new Map(wanted.map((topic) => [topic.name, topic]))
  const areSizesNeeded = wanted.some(({ kind }) => kind !== 'domain')
  return await Promise.all(
    [...present.values()].map(async (topic) => {
      const settings = settingsOf(wantedByName.get(topic.name), areSizesNeeded)
      return { ...topic, config: settings.length === 0 ? {} : await admin.topicConfig(topic.name, settings) }
    }),
  )
}

function settingsOf(wanted: WantedTopic | undefined, areSizesNeeded: boolean): readonly string[] {
  if (wanted === undefined) return []
  return [...new Set([...Object.keys(wanted.config), ...(areSizesNeeded ? [MAX_BYTES] : [])])]
}

/** What is wanted, against what there is. */
export interface ComparedTopics {
  readonly wanted: readonly WantedTopic[]
  readonly plan: readonly PlannedTopic[]
}

/** Makes what a plan shows, as far as the permissions go; deletes nothing. What somebody else has created stays as it is. */
export async function carryOut(
  cluster: TopicCluster,
  { wanted, plan }: ComparedTopics,
  permissions: ReadonlySet<Permission>,
): Promise<readonly AppliedTopic[]> {
  const created = await createMissing(cluster, wanted, plan)
  const applied: AppliedTopic[] = []
  for (const topic of plan) {
    if (topic.change === 'create') applied.push({ ...topic, change: created.has(topic.topic) ? 'created' : 'matches' })
    else if (topic.change === 'change') applied.push(await changeTopic(cluster.admin, topic, permissions))
    else applied.push(topic)
  }
  return applied
}

/** Creates the topics of domains first: how large those of a group have to be follows from them. */
async function createMissing(
  cluster: TopicCluster,
  wanted: readonly WantedTopic[],
  plan: readonly PlannedTopic[],
): Promise<ReadonlySet<string>> {
  const missing = plan.filter(({ change }) => change === 'create')
  const ofDomains = missing.filter(({ kind }) => kind === 'domain').map(specOf)
  const first = await cluster.admin.createTopics(ofDomains)
  if (missing.length === ofDomains.length) return new Set(first)
  const own = (await planned(cluster, wanted)).filter(({ change, kind }) => change === 'create' && kind !== 'domain')
  return new Set([...first, ...(await cluster.admin.createTopics(own.map(specOf)))])
}

function specOf({ topic: name, partitions, replicationFactor, config }: PlannedTopic): TopicSpec {
  return { name, partitions, replicationFactor, config }
}

async function changeTopic(
  admin: Admin,
  planned: PlannedTopic,
  permissions: ReadonlySet<Permission>,
): Promise<AppliedTopic> {
  const { topic, differences } = planned
  const made = differences.filter((difference) => mayChange(difference, permissions))
  const settings = made.filter(isSetting).map(({ what, to }) => [what, to])
  await admin.alterTopicConfig(topic, Object.fromEntries(settings))
  const more = made.find(({ what }) => what === 'partitions')
  if (more !== undefined) await admin.addPartitions(topic, Number(more.to))
  const left = differences.filter((difference) => !made.includes(difference))
  if (left.length === 0) return { ...planned, change: 'changed' }
  return { ...planned, change: 'differs', differences: left }
}

function isSetting({ what }: TopicDifference): boolean {
  return what !== 'partitions' && what !== 'replicationFactor'
}
