import type { Admin, TopicSpec } from '@house-helper/events-core'
import { type Command, Option } from 'commander'
import { countArgument, groupArgument, sandboxArgument } from '../arguments.ts'
import { connected } from '../connected.ts'
import type { Column } from '../output.ts'
import {
  DEFAULT_PARTITIONS,
  DEFAULT_REPLICATION_FACTOR,
  type PlannedTopic,
  planTopics,
  topicsToCreate,
  wantedTopics,
  withRoomForHeaders,
} from '../topic-plan.ts'
import type { Session } from '../world.ts'

interface TopicsOptions {
  readonly group?: string
  readonly sandbox?: string
  readonly partitions: number
  readonly replicationFactor: number
}

/** A planned topic after `apply`. */
type AppliedTopic = Omit<PlannedTopic, 'change'> & { readonly change: PlannedTopic['change'] | 'created' }

/** Adds `topics plan` and `topics apply` to the program. */
export function addTopicsCommand(program: Command, session: (command: Command) => Session): void {
  const topics = program.command('topics').description('the topics that the contracts need')
  const verbs = [
    ['plan', 'show which topics are missing or differ; changes nothing', plan],
    ['apply', 'create the topics that are missing; never changes or deletes one', apply],
  ] as const
  for (const [name, description, run] of verbs) {
    topics
      .command(name)
      .description(description)
      .option('--group <id>', "add this group's inbox and dead-letter topics", groupArgument)
      .option('--sandbox <name>', 'add the topic <prefix>.sandbox.<name>, to try replays out', sandboxArgument)
      .addOption(countOption('--partitions <n>', 'partitions of a topic', DEFAULT_PARTITIONS))
      .addOption(countOption('--replication-factor <n>', 'copies of a topic', DEFAULT_REPLICATION_FACTOR))
      .addHelpText(
        'after',
        `\nExamples:\n  hh-events topics ${name}\n  hh-events topics ${name} --group points-service`,
      )
      .action((options: TopicsOptions, command: Command) => run(session(command), options))
  }
}

async function plan(session: Session, options: TopicsOptions): Promise<void> {
  const { world, timeoutMs, output } = session
  const planned = await connected(world, timeoutMs, 'Looking at the topics', ({ admin, topicPrefix }) =>
    planTopics(admin, wantedTopics({ ...options, topicPrefix, groupId: options.group, domains: world.domains })),
  )
  showPlan(session, planned)
  const missing = topicsToCreate(planned).length
  output.note(missing === 0 ? 'Nothing to create.' : `${missing} to create: run hh-events topics apply.`)
}

async function apply(session: Session, options: TopicsOptions): Promise<void> {
  const { world, timeoutMs, output } = session
  await connected(world, timeoutMs, 'Creating the topics', async ({ admin, topicPrefix }) => {
    const wanted = wantedTopics({ ...options, topicPrefix, groupId: options.group, domains: world.domains })
    const planned = await planTopics(admin, wanted)
    if (output.format === 'table') showPlan(session, planned)
    const domainTopics = wantedTopics({ ...options, topicPrefix, domains: world.domains, sandbox: undefined })
    const created = await createMissing(admin, topicsToCreate(planned), domainTopics)
    if (output.format === 'ndjson') output.rows(columns, appliedTopics(planned, created))
    output.note(created.size === 0 ? 'Nothing to create.' : `Created ${created.size}.`)
  })
}

/** Creates the topics of domains first: how large those of a group have to be follows from them. */
async function createMissing(
  admin: Admin,
  missing: readonly TopicSpec[],
  domainTopics: readonly TopicSpec[],
): Promise<ReadonlySet<string>> {
  const ofDomains = new Set(domainTopics.map(({ name }) => name))
  const [first, own] = [
    missing.filter(({ name }) => ofDomains.has(name)),
    missing.filter(({ name }) => !ofDomains.has(name)),
  ]
  const created = first.length === 0 ? [] : await admin.createTopics(first)
  if (own.length === 0) return new Set(created)
  return new Set([...created, ...(await admin.createTopics(await withRoomForHeaders(admin, own, domainTopics)))])
}

/** A missing topic that was not created meanwhile exists: somebody else made it in between. */
function appliedTopics(planned: readonly PlannedTopic[], created: ReadonlySet<string>): readonly AppliedTopic[] {
  return planned.map((topic) => {
    if (topic.change !== 'create') return topic
    return { ...topic, change: created.has(topic.topic) ? 'created' : 'exists' }
  })
}

function showPlan({ output }: Session, planned: readonly PlannedTopic[]): void {
  output.rows<AppliedTopic>(columns, planned)
  const different = planned.filter(({ change }) => change === 'differs')
  if (different.length > 0) {
    output.note(`${different.length} differ and are left alone: more partitions would move keys to other partitions.`)
  }
}

const columns: readonly Column<AppliedTopic>[] = [
  { heading: 'TOPIC', cell: ({ topic }) => topic },
  { heading: 'CHANGE', cell: ({ change }) => change, color: (text, { change }, colors) => paint(colors)[change](text) },
  { heading: 'PARTITIONS', cell: ({ partitions }) => String(partitions) },
  { heading: 'REPLICAS', cell: ({ replicationFactor }) => String(replicationFactor) },
  { heading: 'NOTES', cell: notes, wrap: true },
]

function notes({ change, config, differences }: AppliedTopic): string {
  if (change === 'differs') return differences.join('; ')
  return Object.entries(config)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

type Painter = Readonly<Record<AppliedTopic['change'], (text: string) => string>>

function paint(colors: { green: Painter['create']; yellow: Painter['create']; dim: Painter['create'] }): Painter {
  return { create: colors.green, created: colors.green, exists: colors.dim, differs: colors.yellow }
}

function countOption(flags: string, description: string, byDefault: number): Option {
  return new Option(flags, description).default(byDefault).argParser(countArgument)
}
