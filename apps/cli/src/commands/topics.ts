import {
  DEFAULT_PARTITIONS,
  DEFAULT_REPLICATION_FACTOR,
  type Environment,
  mayChange,
  type Permission,
  type PlannedTopic,
  type WantedTopicsOptions,
  wantedTopics,
} from '@house-helper/contracts'
import { type Command, Option } from 'commander'
import { connected } from '../connected.ts'
import { CliError } from '../errors.ts'
import { exitCodes } from '../exit-code.ts'
import { countArgument, groupArgument, sandboxArgument } from '../input/arguments.ts'
import { confirmed } from '../input/confirmation.ts'
import { type EnvironmentOptions, environmentOf } from '../input/environment-file.ts'
import { permissionFlags, planText, topicColumns } from '../text/topic-text.ts'
import { type AppliedTopic, type ComparedTopics, carryOut, planned, type TopicCluster } from '../topic-plan.ts'
import type { Session } from '../world.ts'

interface TopicsOptions extends EnvironmentOptions {
  readonly group: readonly string[]
  readonly sandbox?: string
  readonly partitions?: number
  readonly replicationFactor?: number
}

type ApplyOptions = TopicsOptions & { readonly yes?: true } & { readonly [Key in Permission]?: true }

const file = `
A file says how the topics of each environment are to be, and which groups there are (docs/operate.md):
  environments:
    production:
      topics:
        all: { partitions: 6, replicationFactor: 3, minInsyncReplicas: 2, retention: 90d }
        domains: { tasks: { partitions: 12 } }
      services:
        - { principal: 'User:points-service', handles: [tasks, bills], group: points-service }
`
const help = {
  plan: `${file}
It ends with 0 where all topics are as wanted and with 3 where some are missing or differ.

Examples:
  hh-events topics plan
  hh-events topics plan --group points-service --group label-printer
  hh-events topics plan --file kafka.yaml --environment production`,
  apply: `${file}
It asks before it changes a topic that exists; it never deletes one, nor takes partitions away.
It ends with 0 where all topics are as wanted then, and with 3 where differences are left.

Examples:
  hh-events topics apply
  hh-events topics apply --group points-service
  hh-events topics apply --file kafka.yaml --environment production --yes`,
}

/** Adds `topics plan` and `topics apply` to the program. */
export function addTopicsCommand(program: Command, session: (command: Command) => Session): void {
  const topics = program.command('topics').description('the topics that the contracts need')
  withOptions(topics.command('plan').description('show which topics are missing or differ; changes nothing'))
    .addHelpText('after', help.plan)
    .action((options: TopicsOptions, command: Command) => plan(session(command), options))
  withOptions(topics.command('apply').description('create the topics that are missing and set what differs'))
    .option('--yes', 'do not ask before topics that exist are changed')
    .option(permissionFlags.addPartitions, 'add partitions, though keys then move to other ones')
    .option(permissionFlags.shortenRetention, 'let Kafka keep less, though it then removes what it holds')
    .option(permissionFlags.lowerDurability, 'lower min.insync.replicas')
    .addHelpText('after', help.apply)
    .action((options: ApplyOptions, command: Command) => apply(session(command), options))
}

function withOptions(command: Command): Command {
  const groups = (text: string, before: readonly string[]) => [...before, groupArgument(text)]
  return command
    .option('--group <id>', "add this group's inbox and dead-letter topics; may be repeated", groups, [])
    .option('--sandbox <name>', 'add the topic <prefix>.sandbox.<name>, to try replays out', sandboxArgument)
    .addOption(countOption('--partitions <n>', `partitions of a topic (default of a new one: ${DEFAULT_PARTITIONS})`))
    .addOption(
      countOption(
        '--replication-factor <n>',
        `copies of a topic (default of a new one: ${DEFAULT_REPLICATION_FACTOR})`,
      ),
    )
    .option('--file <path>', 'how the topics are to be, and which groups there are: YAML or JSON')
    .option('--environment <name>', 'the environment of the file (may be left out where it has one)')
}

async function plan(session: Session, options: TopicsOptions): Promise<void> {
  const { world, timeoutMs, output, finish } = session
  const wish = await wishOf(session, options)
  const { plan: shown } = await connected(world, timeoutMs, 'Looking at the topics', (cluster) =>
    compare(cluster, wish),
  )
  output.rows<AppliedTopic>(topicColumns, shown)
  output.note(planText(shown))
  if (shown.some(isDifferent)) finish(exitCodes.differences)
}

async function apply(session: Session, options: ApplyOptions): Promise<void> {
  const { world, timeoutMs, output, finish } = session
  const permissions = new Set(permissionNames.filter((name) => options[name]))
  const wish = await wishOf(session, options)
  const changesOf = (plan: readonly PlannedTopic[]) =>
    plan.filter(({ differences }) => differences.some((one) => mayChange(one, permissions)))
  const first = await connected(world, timeoutMs, 'Applying the topics', async (cluster) => {
    const compared = await compare(cluster, wish)
    const isAsked = changesOf(compared.plan).length > 0 && !options.yes
    if (output.format === 'table' || isAsked) output.rows<AppliedTopic>(topicColumns, compared.plan)
    return { ...compared, applied: isAsked ? undefined : await carryOut(cluster, compared, permissions) }
  })
  const changes = changesOf(first.plan)
  if (first.applied === undefined && !(await confirmed(world, questionOf(changes), 'look first with topics plan'))) {
    output.note('Nothing was done.')
    return finish(exitCodes.differences)
  }
  // A person may think for longer than a connection lives.
  const applied =
    first.applied ??
    (await connected(world, timeoutMs, 'Applying the topics', (cluster) => carryOut(cluster, first, permissions)))
  if (output.format === 'ndjson' || changes.length > 0) output.rows(topicColumns, applied)
  output.note(appliedText(applied))
  if (applied.some(({ change }) => change === 'differs')) finish(exitCodes.differences)
}

const permissionNames = Object.keys(permissionFlags) as Permission[]

function isDifferent({ change }: PlannedTopic): boolean {
  return change === 'create' || change === 'change'
}

function questionOf(changed: readonly PlannedTopic[]): string {
  return `Change ${changed.map(({ topic }) => topic).join(', ')} as shown?`
}

function appliedText(applied: readonly AppliedTopic[]): string {
  const count = (change: AppliedTopic['change']) => applied.filter((topic) => topic.change === change).length
  const parts = [
    count('created') > 0 ? `Created ${count('created')}.` : '',
    count('changed') > 0 ? `Changed ${count('changed')}.` : '',
    count('differs') > 0 ? `${count('differs')} still differ: see the notes.` : '',
  ].filter(Boolean)
  return parts.length === 0 ? 'Nothing to do.' : parts.join(' ')
}

/** What is wanted, but for the prefix, which is the cluster's. */
async function wishOf({ world }: Session, options: TopicsOptions): Promise<Omit<WantedTopicsOptions, 'topicPrefix'>> {
  const domains = world.domains.map(({ name }) => name)
  const environment = await environmentOf(options, domains)
  return {
    domains,
    topics: topicSettings(options, environment),
    groups: [...groupsOf(environment), ...options.group],
    sandboxes: options.sandbox === undefined ? [] : [options.sandbox],
  }
}

async function compare(cluster: TopicCluster, wish: Omit<WantedTopicsOptions, 'topicPrefix'>): Promise<ComparedTopics> {
  const wanted = wantedTopics({ ...wish, topicPrefix: cluster.topicPrefix })
  return { wanted, plan: await planned(cluster, wanted) }
}

function topicSettings(options: TopicsOptions, environment: Environment | undefined): Environment['topics'] {
  const { partitions, replicationFactor } = options
  if (environment === undefined) return { all: { partitions, replicationFactor }, domains: {}, inbox: {}, dead: {} }
  if (partitions === undefined && replicationFactor === undefined) return environment.topics
  throw new CliError('USAGE', '--partitions and --replication-factor say it again: with --file, write them there.')
}

/** The groups that have topics of their own. */
function groupsOf(environment: Environment | undefined): readonly string[] {
  return (environment?.services ?? []).flatMap(({ role, group, deadLetters, laterRetries }) =>
    role === 'service' && group !== undefined && (deadLetters || laterRetries) ? [group] : [],
  )
}

function countOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(countArgument)
}
