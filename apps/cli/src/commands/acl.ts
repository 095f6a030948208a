import { type AclPlan, kafkaAclsCommands, planAcls, type Right, rightsOf } from '@house-helper/contracts'
import type { Command } from 'commander'
import { type ServiceOptions, servicesOf } from '../acl-services.ts'
import { connected } from '../connected.ts'
import { exitCodes } from '../exit-code.ts'
import { groupArgument } from '../input/arguments.ts'
import { confirmed } from '../input/confirmation.ts'
import { rightColumns, type ShownRight, shownRight } from '../text/acl-text.ts'
import type { Session } from '../world.ts'

interface PlanOptions extends ServiceOptions {
  readonly commands?: true
  readonly compare?: true
  readonly bootstrapServer?: string
  readonly commandConfig?: string
}

type ApplyOptions = ServiceOptions & { readonly yes?: true }

const file = `
All services of an environment can be in a file, the one that topics takes too (docs/operate.md):
  environments:
    production:
      services:
        - { principal: 'User:task-service', publishes: [tasks] }
        - { principal: 'User:points-service', handles: [tasks, bills], group: points-service, laterRetries: true }
        - { principal: 'User:event-logger', role: event-logger }
        - { principal: 'User:operator', role: operator }
`
const help = {
  plan: `${file}
Without --compare it asks no broker. With it, it ends with 3 where rights are missing.

Examples:
  hh-events acl plan --principal User:task-service --publish tasks
  hh-events acl plan --principal User:points-service --handle tasks --handle bills --group points-service --later-retries
  hh-events acl plan --principal User:event-logger --event-logger --commands
  hh-events acl plan --file kafka.yaml --environment production --compare`,
  apply: `${file}
It shows the difference first and asks; it adds ACLs and never removes one. It needs the right Alter on the cluster.

Examples:
  hh-events acl apply --principal User:task-service --publish tasks
  hh-events acl apply --file kafka.yaml --environment production --yes`,
}

/** Adds `acl plan` and `acl apply` to the program. */
export function addAclCommand(program: Command, session: (command: Command) => Session): void {
  const acl = program.command('acl').description('the least rights that services need in Kafka')
  withServices(acl.command('plan').description('show the rights that services need; changes nothing'))
    .option('--compare', 'compare them with the ACLs of the cluster')
    .option('--commands', 'print them as kafka-acls.sh commands')
    .option('--bootstrap-server <host:port>', 'the brokers in these commands (default: KAFKA_BROKERS)')
    .option('--command-config <file>', "an administrator's client configuration in these commands")
    .addHelpText('after', help.plan)
    .action((options: PlanOptions, command: Command) => plan(session(command), options))
  withServices(acl.command('apply').description('add the ACLs that are missing; never removes one'))
    .option('--yes', 'do not ask')
    .addHelpText('after', help.apply)
    .action((options: ApplyOptions, command: Command) => apply(session(command), options))
}

function withServices(command: Command): Command {
  const more = (text: string, before: readonly string[]) => [...before, text]
  return command
    .option('--principal <user>', 'whose rights: User:<name>')
    .option('--publish <domain>', 'it publishes events of this domain; may be repeated', more, [])
    .option('--handle <domain>', 'it handles events of this domain; may be repeated', more, [])
    .option('--group <id>', 'the group that it handles in', groupArgument)
    .option('--later-retries', 'a handler of it has retry.later')
    .option('--no-dead-letters', 'it gives nothing up (deadLetters: false)')
    .option('--event-logger', 'it is the event logger')
    .option('--operator', 'it runs hh-events topics and doctor')
    .option('--viewer', 'it runs hh-events topics plan and doctor, and changes nothing')
    .option('--file <path>', 'all services of an environment: YAML or JSON')
    .option('--environment <name>', 'the environment of the file (may be left out where it has one)')
}

async function plan(session: Session, options: PlanOptions): Promise<void> {
  const { world, output, timeoutMs, finish } = session
  if (options.compare) {
    const { plan: compared } = await compare(session, options)
    output.rows(rightColumns(true), shownPlan(compared))
    const missing = compared.rights.filter(({ status }) => status === 'add').length
    output.note(missing === 0 ? 'All rights are there.' : `${missing} missing: run hh-events acl apply.`)
    return missing === 0 ? undefined : finish(exitCodes.differences)
  }
  const services = await servicesOf(
    options,
    world.domains.map(({ name }) => name),
  )
  // The prefix is a setting of the connection; nothing is asked of a broker.
  const rights = await connected(world, timeoutMs, 'Planning rights', async ({ topicPrefix }) =>
    rightsOf(services, { topicPrefix }),
  )
  if (options.commands) return print(session, options, rights)
  output.rows(
    rightColumns(false),
    rights.map((right) => shownRight(right)),
  )
}

function print({ world }: Session, options: PlanOptions, rights: readonly Right[]): void {
  const { bootstrapServer = world.env.KAFKA_BROKERS || 'localhost:9092', commandConfig } = options
  const acls = rights.map(({ acl }) => acl)
  for (const line of kafkaAclsCommands(acls, { bootstrapServer, commandConfig })) world.stdout.write(`${line}\n`)
}

async function apply(session: Session, options: ApplyOptions): Promise<void> {
  const { world, timeoutMs, output, finish } = session
  const { plan: compared } = await compare(session, options)
  const missing = compared.rights.filter(({ status }) => status === 'add')
  const isAsked = missing.length > 0 && !options.yes
  if (output.format === 'table' || isAsked) output.rows(rightColumns(true), shownPlan(compared))
  if (isAsked && !(await confirmed(world, `Add ${missing.length} ACLs?`, 'look first with acl plan --compare'))) {
    output.note('Nothing was done.')
    return finish(exitCodes.differences)
  }
  await connected(world, timeoutMs, 'Adding the ACLs', ({ admin }) => admin.createAcls(missing.map(({ acl }) => acl)))
  if (output.format === 'ndjson') output.rows(rightColumns(true), shownPlan(compared, 'added'))
  output.note(missing.length === 0 ? 'Nothing to add.' : `Added ${missing.length}.`)
}

/** The rights that services need against the ACLs of the cluster. */
async function compare({ world, timeoutMs }: Session, options: ServiceOptions): Promise<{ readonly plan: AclPlan }> {
  const services = await servicesOf(
    options,
    world.domains.map(({ name }) => name),
  )
  return await connected(world, timeoutMs, 'Looking at the ACLs', async ({ admin, topicPrefix }) => ({
    plan: planAcls(rightsOf(services, { topicPrefix }), await admin.acls(), topicPrefix),
  }))
}

function shownPlan({ rights, others }: AclPlan, added: 'add' | 'added' = 'add'): readonly ShownRight[] {
  return [
    ...rights.map((right) => shownRight(right, right.status === 'add' ? added : right.status)),
    ...others.map((acl) => ({ ...acl, status: 'other' as const })),
  ]
}
