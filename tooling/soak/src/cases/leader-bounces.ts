import { type ClusterNode, type KafkaCluster, startKafkaCluster, startMongo } from '@house-helper/local-stack'
import { until } from '../condition.ts'
import { soakEvents } from '../events.ts'
import { settledReport } from '../settled.ts'
import { atMost, type Form, type PartReport, reported, type SoakCase, type SoakContext } from '../soak-case.ts'
import { createStand, type Stand } from '../stand.ts'
import { publishWhile } from '../steady.ts'

/** How a leader goes away: handing over its partitions, or without a word. */
type Bounce = 'stop' | 'kill'

const publishLimitMs = 15_000

/** Partition leaders of a three-broker cluster that go away and come back. */
export const leaderBounces: SoakCase = {
  name: 'leader-bounces',
  title: 'Leaders among three brokers are stopped and killed, one at a time, while two of them acknowledge.',
  parts: (form) =>
    partsOf(form).map(({ name, count }) => ({ name, run: (context) => run(context, name, alternating(count)) })),
}

// Servers of its own for each part: one that is interrupted can be run again alone.
function partsOf(form: Form): readonly { readonly name: string; readonly count: number }[] {
  if (form === 'short') return [{ name: 'bounces', count: 2 }]
  return [1, 2, 3, 4].map((number) => ({ name: `bounces-${number}`, count: 10 }))
}

function alternating(count: number): readonly Bounce[] {
  return Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 'stop' : 'kill'))
}

async function run(context: SoakContext, part: string, bounces: readonly Bounce[]): Promise<PartReport> {
  const { seed, logDir, log, signal } = context
  await using cluster = await startKafkaCluster({ signal })
  await using mongo = await startMongo({ signal })
  const own = { brokers: cluster.brokers, mongodbUri: mongo.uri }
  await using stand = await createStand({
    servers: { ...own, tested: own },
    name: `${part}-${seed}`,
    domains: { tasks: 6, bills: 6 },
    handledTypes: ['task.created', 'task.completed', 'bill.paid'],
    logDir,
    replicationFactor: 3,
    topicConfig: { 'min.insync.replicas': '2' },
  })
  for (const start of [stand.startLogger, stand.startHandler]) for (let n = 0; n < 2; n++) start.call(stand)
  const events = soakEvents(seed, { domains: stand.domains })
  await publishWhile(stand, { events, callers: 40, ratePerSecond: 300, signal }, async () => {
    await untilBothWork(stand, signal)
    for (const [index, bounce] of bounces.entries()) await bounceLeader(cluster, stand, { bounce, index }, context)
  })
  log(`published ${stand.book.events.size} events, the slowest in ${Math.round(stand.book.slowestMs)} ms`)
  const kills = bounces.filter((bounce) => bounce === 'kill').length
  return await settledReport(stand, context, {
    faults: bounces.length,
    figures: [
      atMost('slowest publish through the bounces', Math.round(stand.book.slowestMs), publishLimitMs, 'ms'),
      reported('clean bounces', bounces.length - kills, 'bounces'),
      reported('SIGKILL bounces', kills, 'bounces'),
    ],
  })
}

/** Without it the first leader would be gone before anybody has read of it. */
async function untilBothWork({ log, service }: Stand, signal: AbortSignal): Promise<void> {
  const hasAny = async (): Promise<boolean> =>
    (await log.collection('records').estimatedDocumentCount()) > 0 &&
    (await service.collection('effects').estimatedDocumentCount()) > 0
  await until('events are recorded and handled', hasAny, { timeoutMs: 60_000, signal })
}

async function bounceLeader(
  cluster: KafkaCluster,
  stand: Stand,
  { bounce, index }: { readonly bounce: Bounce; readonly index: number },
  { log, signal }: SoakContext,
): Promise<void> {
  const node = await leaderOf(cluster, stand, index)
  const before = stand.book.events.size
  const startMs = performance.now()
  await node[bounce]()
  const patience = { timeoutMs: 60_000, signal }
  await until(`broker ${node.id} leads nothing`, () => leadsNothing(cluster, stand.topics, node), patience)
  const movedMs = performance.now() - startMs
  await node.start()
  await until('all replicas are in sync', () => areInSync(cluster, stand.topics), { ...patience, everyMs: 500 })
  const acknowledged = stand.book.events.size - before
  const slowestMs = Math.round(stand.book.slowestMs)
  log(
    `${index + 1}: ${bounce} of broker ${node.id}, leaders moved after ${Math.round(movedMs)} ms, ${acknowledged} events meanwhile, slowest publish so far ${slowestMs} ms`,
  )
}

async function leaderOf(cluster: KafkaCluster, { topics }: Stand, index: number): Promise<ClusterNode> {
  const partitions = (await Promise.all(topics.map(cluster.partitions))).flat()
  const leader = partitions[index % partitions.length]?.leader
  const node = cluster.nodes.find(({ id }) => id === leader)
  if (node === undefined) throw new Error('A partition has no leader while all replicas are in sync.')
  return node
}

async function leadsNothing(cluster: KafkaCluster, topics: readonly string[], node: ClusterNode): Promise<boolean> {
  const partitions = (await Promise.all(topics.map(cluster.partitions))).flat()
  return partitions.every(({ leader }) => leader !== undefined && leader !== node.id)
}

async function areInSync(cluster: KafkaCluster, topics: readonly string[]): Promise<boolean> {
  // The groups' offsets too: the next broker to go may be the only other one that has them.
  const partitions = (await Promise.all([...topics, '__consumer_offsets'].map(cluster.partitions))).flat()
  return partitions.every(({ replicas, inSync }) => inSync.length === replicas.length)
}
