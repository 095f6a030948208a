import { type HouseHelperError, type Issue, isHouseHelperError } from '@house-helper/events-core'
import { Command, CommanderError, Option } from 'commander'
import { addAclCommand } from './commands/acl.ts'
import { addDeadCommand } from './commands/dead.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addLogCommand } from './commands/log.ts'
import { addPublishCommand } from './commands/publish.ts'
import { addReplayCommand } from './commands/replay.ts'
import { addTopicsCommand } from './commands/topics.ts'
import { DEFAULT_TIMEOUT_MS, parseDuration } from './deadline.ts'
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts'
import { colorsFor, createOutput } from './text/output.ts'
import { printable } from './text/printable.ts'
import type { Session, World } from './world.ts'

const help = `
Examples:
  hh-events topics apply                       create the topics
  hh-events acl plan --principal User:task-service --publish tasks
  hh-events publish task.created --data @task.json --household household-001
  hh-events log list household:household-001 since:2h
  hh-events log why <id>                       why an event is dead, and what to do
  hh-events dead list                          what groups gave up on
  hh-events replay plan --filter 'since:2h' --to-group points-service
  hh-events doctor                             what cannot be reached, and what to do

Settings come from KAFKA_BROKERS (and the other KAFKA_ variables) and EVENT_LOGGER_URL.
Results go to stdout: a table on a terminal, else one JSON object a line. All else goes to stderr.
Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 not as wanted (topics, acl), 6 unreachable.`

/** Runs the program; resolves with its exit code, having said on stderr what went wrong. Never rejects. */
export async function runProgram(world: World): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok
  const finish = (code: ExitCode) => {
    exitCode = code
  }
  try {
    await createProgram(world, finish).parseAsync([...world.argv], { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has already written its own messages.
    if (!(error instanceof CommanderError)) report(world, error)
    return exitCodeOf(error)
  }
}

/** Makes the command line's parser; its actions work in the world and say through `finish` how the program ends. */
function createProgram(world: World, finish: (code: ExitCode) => void): Command {
  const program = new Command('hh-events')
    .description('Topics, events and the event log of House Helper')
    .option('--json', 'one JSON object a line, on a terminal too')
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for an answer: 500ms, 10s, 2m')
        .argParser(parseDuration)
        .default(DEFAULT_TIMEOUT_MS, '10s'),
    )
    .addHelpText('after', help)
    .showHelpAfterError('(add --help for the options and examples)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
      getOutHelpWidth: () => world.stdout.columns ?? 100,
      getErrHelpWidth: () => world.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
  const session = (command: Command): Session => {
    const { json, timeout: timeoutMs } = command.optsWithGlobals<{ json?: true; timeout: number }>()
    return { world, output: createOutput({ ...world, json: json === true }), timeoutMs, finish }
  }
  addTopicsCommand(program, session)
  addAclCommand(program, session)
  addPublishCommand(program, session)
  addLogCommand(program, session)
  addDeadCommand(program, session, world.now)
  addReplayCommand(program, session)
  addDoctorCommand(program, session)
  return program
}

function report({ stderr, env }: World, error: unknown): void {
  const name = colorsFor(stderr, env).red('hh-events:')
  if (isHouseHelperError(error)) {
    stderr.write(`${name} ${errorText(error).split('\n').map(printable).join('\n')}\n`)
    return
  }
  // Not one of the foreseen errors: a defect, whose place its stack names.
  stderr.write(`${name} this is a defect of hh-events: ${error instanceof Error ? error.stack : String(error)}\n`)
}

/** An error's message; where it has issues, each of them on a line of its own. */
function errorText(error: HouseHelperError): string {
  const issues = 'issues' in error && Array.isArray(error.issues) ? (error.issues as readonly Issue[]) : []
  if (issues.length === 0) return error.message
  const [heading] = error.message.split(': ', 1)
  return [`${heading}:`, ...issues.map(({ path, message }) => `  ${path}: ${message}`)].join('\n')
}
