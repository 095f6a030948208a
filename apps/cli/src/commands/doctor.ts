import { DEFAULT_PARTITIONS } from '@house-helper/contracts'
import { type Command, Option } from 'commander'
import { type DeadlineClock, startDeadline } from '../doctor/deadline-clock.ts'
import { type Finding, worst } from '../doctor/finding.ts'
import { closeFindings, clusterFindings } from '../doctor/kafka.ts'
import { loggerFindings } from '../doctor/logger.ts'
import { type Endpoint, networkFindings } from '../doctor/network.ts'
import { nodeFinding } from '../doctor/node-version.ts'
import { settingsFindings } from '../doctor/settings.ts'
import { exitCodes } from '../exit-code.ts'
import { countArgument, groupArgument } from '../input/arguments.ts'
import type { Colors, Column } from '../text/output.ts'
import type { Session, World } from '../world.ts'

/** The event logger's group where KAFKA_GROUP_ID says nothing. */
const DEFAULT_GROUP_ID = 'house-helper-event-consumer'

interface DoctorOptions {
  readonly group?: string
  readonly partitions: number
}

/** Adds `doctor` to the program. */
export function addDoctorCommand(program: Command, session: (command: Command) => Session): void {
  program
    .command('doctor')
    .description('look for what is wrong from here: settings, brokers, topics, a group, the event logger')
    .option('--group <id>', "the group to look at (default: KAFKA_GROUP_ID, else the event logger's)", groupArgument)
    .addOption(
      new Option('--partitions <n>', 'partitions that a topic is expected to have')
        .argParser(countArgument)
        .default(DEFAULT_PARTITIONS),
    )
    .addHelpText('after', help)
    .action((options: DoctorOptions, command: Command) => diagnose(session(command), options))
}

const help = `
Ends with 0 where nothing failed (warnings are fine), 6 where something cannot be reached, else with 1.
All checks together take no longer than --timeout.

Examples:
  hh-events doctor
  KAFKA_BROKERS=kafka.example:9093 KAFKA_SSL=true hh-events doctor --group points-service`

async function diagnose({ world, output, timeoutMs, finish }: Session, options: DoctorOptions): Promise<void> {
  const clock = startDeadline(timeoutMs)
  const settings = settingsFindings(world)
  const [kafka, logger] = await Promise.all([
    settings.endpoints === undefined ? [] : kafkaFindings(world, clock, settings.endpoints, options),
    settings.loggerUrl === undefined ? [] : loggerFindings(settings.loggerUrl, world.fetch, clock),
  ])
  const findings = [nodeFinding(world.nodeVersion), ...settings.findings, ...kafka, ...logger]
  output.rows(columns, findings)
  const result = worst(findings)
  output.note(notes[result])
  finish({ ok: exitCodes.ok, failed: exitCodes.failure, unreachable: exitCodes.unreachable }[result])
}

const notes = {
  ok: 'Nothing failed.',
  failed: 'Something is wrong; the last column says what to do.',
  unreachable: 'Something cannot be reached; the last column says what to do.',
} as const

async function kafkaFindings(
  world: World,
  clock: DeadlineClock,
  endpoints: readonly Endpoint[],
  { group, partitions }: DoctorOptions,
): Promise<readonly Finding[]> {
  const transport = world.openTransport(world.env)
  const groupId = group ?? (world.env.KAFKA_GROUP_ID || DEFAULT_GROUP_ID)
  try {
    // At the same time: a broker that swallows packets must not use up the others' time.
    const [brokers, cluster] = await Promise.all([
      Promise.all(endpoints.map((endpoint) => networkFindings(endpoint, clock))),
      clusterFindings({ world, transport, clock, groupId, partitions }),
    ])
    const away = brokers.every((findings) => worst(findings) !== 'ok')
    return [...brokers.flat(), ...(away ? [skippedCluster] : cluster), ...(await closeFindings(transport))]
  } catch (defect) {
    await closeFindings(transport)
    throw defect
  }
}

const skippedCluster: Finding = {
  subject: 'cluster',
  check: 'login',
  status: 'skipped',
  detail: 'no broker can be used',
  remedy: 'First see to the brokers above.',
}

const columns: readonly Column<Finding>[] = [
  { heading: 'CHECKED', cell: ({ subject, check }) => `${subject}: ${check}` },
  { heading: 'RESULT', cell: ({ status }) => status, color: (text, { status }, colors) => paint(colors)[status](text) },
  { heading: 'SEEN', cell: ({ detail }) => detail, wrap: true },
  { heading: 'WHAT TO DO', cell: ({ remedy }) => remedy ?? '', wrap: true },
]

function paint(colors: Colors): Readonly<Record<Finding['status'], (text: string) => string>> {
  return { ok: colors.green, warning: colors.yellow, failed: colors.red, unreachable: colors.red, skipped: colors.dim }
}
