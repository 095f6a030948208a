import { type PlannedTopic, wantedTopics } from '@house-helper/contracts'
import { isHouseHelperError, type Transport } from '@house-helper/events-core'
import { CLOSE_TIMEOUT_MS } from '../connected.ts'
import { planned } from '../topic-plan.ts'
import type { World } from '../world.ts'
import { type DeadlineClock, startDeadline } from './deadline-clock.ts'
import { detailOf, type Finding } from './finding.ts'

/** What the doctor looks for in a cluster. */
export interface ClusterChecks {
  readonly world: World
  readonly transport: Transport
  readonly clock: DeadlineClock
  /** The group whose progress is looked at. */
  readonly groupId: string
  readonly partitions: number
}

/** Asks a cluster, as a client: whether it lets us in, whether the topics are there, how far the group is. */
export async function clusterFindings(checks: ClusterChecks): Promise<readonly Finding[]> {
  const login = await attempt('cluster', 'login', checks.clock, async () => {
    const id = await checks.transport.admin.clusterId()
    return [{ subject: 'cluster', check: 'login', status: 'ok', detail: `cluster id ${id}` }]
  })
  if (login.some(({ status }) => status !== 'ok')) return login
  const topics = await attempt('topics', 'present', checks.clock, () => topicFindings(checks))
  const lag = await attempt(`group ${checks.groupId}`, 'lag', checks.clock, () => lagFindings(checks))
  return [...login, ...topics, ...lag]
}

/** Closes the connections; where that does not end in time, it is a finding and no reason to lose the others. */
export async function closeFindings(transport: Transport): Promise<readonly Finding[]> {
  const closing = startDeadline(CLOSE_TIMEOUT_MS)
  return attempt('cluster', 'closing', closing, async () => {
    await transport.close()
    return []
  })
}

async function topicFindings({ world, transport, partitions }: ClusterChecks): Promise<readonly Finding[]> {
  const domains = world.domains.map(({ name }) => name)
  const wanted = wantedTopics({ domains, topicPrefix: transport.topicPrefix })
  const plan = await planned(transport, wanted)
  return plan.filter(({ change }) => change !== 'extra').map((topic) => topicFinding(topic, partitions))
}

function topicFinding({ topic, change, partitions: is }: PlannedTopic, expected: number): Finding {
  const found = { subject: `topic ${topic}`, check: 'present' }
  if (change === 'create') {
    return { ...found, status: 'failed', detail: 'missing', remedy: 'Run hh-events topics apply.' }
  }
  if (is === expected) return { ...found, status: 'ok', detail: `${is} partitions` }
  // Another count than the default may well be meant.
  const remedy = 'Nothing to do where this is meant; hh-events topics plan says how topics can be changed.'
  return { ...found, status: 'warning', detail: `has ${is} partitions, not ${expected}`, remedy }
}

async function lagFindings({ world, transport, groupId }: ClusterChecks): Promise<readonly Finding[]> {
  const { admin, topicPrefix } = transport
  const names = wantedTopics({ domains: world.domains.map(({ name }) => name), topicPrefix }).map(({ name }) => name)
  const topics = (await admin.describeTopics(names)).map(({ name }) => name)
  // This asks the leaders, by the addresses that the cluster advertises.
  const ranges = await admin.ranges(topics)
  const committed = await admin.committed(groupId, topics)
  const found = { subject: `group ${groupId}`, check: 'lag' }
  if (committed.length === 0) {
    const remedy = 'Start that group (for the event logger: apps/event-logger), or name another one with --group.'
    return [{ ...found, status: 'warning', detail: 'has committed nothing in these topics', remedy }]
  }
  const next = new Map(committed.map((position) => [`${position.topic}/${position.partition}`, position.offset]))
  const behind = ranges.map((range) => ({
    place: `${range.topic}/${range.partition}`,
    lag: Math.max(0, range.high - Math.max(range.low, next.get(`${range.topic}/${range.partition}`) ?? range.low)),
  }))
  const total = behind.reduce((sum, { lag }) => sum + lag, 0)
  const most = behind.reduce((worst, at) => (at.lag > worst.lag ? at : worst), { place: '', lag: 0 })
  const detail = total === 0 ? 'up to date' : `${total} events behind, most in ${most.place}: ${most.lag}`
  return [{ ...found, status: 'ok', detail }]
}

/** Runs a check whose failure is a finding like any other. */
async function attempt(
  subject: string,
  check: string,
  clock: DeadlineClock,
  run: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await clock.run(`The ${check} check`, run)
  } catch (error) {
    if (!isHouseHelperError(error)) throw error
    const status = away.has(error.code) ? 'unreachable' : 'failed'
    return [{ subject, check, status, detail: detailOf(error), remedy: remedies[error.code] ?? 'See docs/errors.md.' }]
  }
}

const away = new Set(['UNREACHABLE', 'TIMEOUT', 'TIMED_OUT'])

const remedies: Readonly<Record<string, string>> = {
  UNREACHABLE:
    'If the brokers above are well: check what they advertise (advertised.listeners), and whether this listener expects TLS (KAFKA_SSL) or a login (KAFKA_SASL_MECHANISM).',
  TIMEOUT: 'A broker was reached and did not answer: look at its log and load.',
  TIMED_OUT:
    'If the brokers above are well: does this listener expect TLS (KAFKA_SSL) or a login (KAFKA_SASL_MECHANISM)? Else check advertised.listeners, or give --timeout more time.',
  AUTHENTICATION_FAILED: 'Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and the password.',
  NOT_AUTHORIZED: "Grant the operator's ACLs: docs/operate.md lists them.",
  TLS_FAILED: 'Check KAFKA_SSL_CA_FILE and the name in the certificate.',
  TOPIC_MISSING: 'Run hh-events topics apply.',
}
