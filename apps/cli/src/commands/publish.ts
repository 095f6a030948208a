import { type Domain, type EventContract, isHouseHelperError, type Transport } from '@house-helper/events-core'
import { createPublisher, type Published } from '@house-helper/producer'
import { type Command, InvalidArgumentError } from 'commander'
import { CLOSE_TIMEOUT_MS, connected } from '../connected.ts'
import { within } from '../deadline.ts'
import { CliError } from '../errors.ts'
import { type DataObject, readData } from '../input/data-input.ts'
import type { Session } from '../world.ts'

interface PublishOptions {
  readonly data?: string
  readonly household?: string
  readonly user?: string
  readonly id?: string
  readonly source: string
  readonly correlation?: string
}

/** Adds `publish` to the program. */
export function addPublishCommand(program: Command, session: (command: Command) => Session): void {
  program
    .command('publish')
    .description('publish one event, checked against its contract')
    .argument('<type>', 'the event type, such as task.created')
    .option('--data <json>', 'the data: JSON, @file, or - for standard input (required)')
    .option('--household <id>', 'the household it is about')
    .option('--user <id>', 'the user it is about, or who did it')
    .option('--id <id>', 'its id, so that publishing it again is the same event (default: a new one)')
    .option('--source <name>', 'the service that it says it comes from', nameArgument, 'hh-events')
    .option('--correlation <id>', 'the correlation id it belongs to (default: its own id)')
    .addHelpText('after', help)
    .action((type: string, options: PublishOptions, command: Command) => publish(session(command), type, options))
}

const help = `
Without --data, it shows valid data of that type.

Examples:
  hh-events publish task.created --household household-001 --user user-001 --data '{"taskId":"task-001","title":"Water the plants"}'
  hh-events publish user.updated --user user-001 --data @user.json
  jq .task export.json | hh-events publish task.created --household household-001 --data -`

async function publish(session: Session, type: string, options: PublishOptions): Promise<void> {
  const { world, output, timeoutMs } = session
  const { domain, contract } = find(world.domains, type)
  if (options.data === undefined) {
    throw new CliError('USAGE', `--data is missing. Valid data of ${type}: ${JSON.stringify(contract.example)}`)
  }
  const argument = options.data
  const data = await within(timeoutMs, 'Reading the data', (allowance) => readData(argument, world.stdin, allowance))
  // The publisher keeps the time, and knows at its end whether the event may be there; this one only stands behind it.
  const guardMs = timeoutMs + CLOSE_TIMEOUT_MS
  const published = await connected(world, guardMs, `Publishing ${type}`, (transport) =>
    publishOne({ transport, domain, type, data, options, timeoutMs }),
  ).catch((error: unknown) => {
    if (isHouseHelperError(error, 'EVENT_INVALID')) output.note(`Valid data: ${JSON.stringify(contract.example)}`)
    throw error
  })
  output.record(published, [
    ['id', published.id],
    ['topic', published.topic],
    ['partition', String(published.partition)],
    ['offset', String(published.offset)],
  ])
}

function find(domains: readonly Domain[], type: string): { readonly domain: Domain; readonly contract: EventContract } {
  for (const domain of domains) {
    const contract = domain.contract(type)
    if (contract !== undefined) return { domain, contract }
  }
  const types = domains.flatMap((domain) => domain.events.map((event) => event.type))
  throw new CliError('USAGE', `There is no event type ${JSON.stringify(type)}; there are ${types.join(', ')}.`)
}

/** A publisher whose events are known at run time only; it checks them as it does typed ones. */
interface UntypedPublisher {
  publish(type: string, data: unknown, fields: unknown): Promise<Published>
  close(options: { readonly timeoutMs: number }): Promise<unknown>
}

interface Publishing {
  readonly transport: Transport
  readonly domain: Domain
  readonly type: string
  readonly data: DataObject
  readonly options: PublishOptions
  readonly timeoutMs: number
}

async function publishOne({ transport, domain, type, data, options, timeoutMs }: Publishing): Promise<Published> {
  const publisher: UntypedPublisher = createPublisher(domain, {
    transport,
    source: options.source,
    deliveryTimeoutMs: timeoutMs,
  })
  try {
    return await publisher.publish(type, data, fields(options))
  } finally {
    await publisher.close({ timeoutMs: CLOSE_TIMEOUT_MS })
  }
}

/** The event's fields that were given: the publisher takes a field that is there and undefined as absent too. */
function fields({ household: householdId, user: userId, id, correlation: correlationId }: PublishOptions) {
  return { householdId, userId, id, correlationId }
}

function nameArgument(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Write the name of a service.')
  return text
}
