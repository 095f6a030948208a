import type { CommandContext } from './command.ts'
import { commands } from './commands.ts'
import { ContractsToolError } from './errors.ts'

const usage = ['Usage: pnpm contracts <command>', '', ...[...commands.values()].map((command) => `  ${command.usage}`)]

/**
 * Runs the command that the arguments name; resolves with the exit code.
 *
 * @throws ContractsToolError `USAGE` when there is no such command.
 */
export async function dispatch(args: readonly string[], context: CommandContext): Promise<number> {
  const [name = '--help', ...rest] = args
  if (name === '--help' || name === '-h') {
    for (const line of usage) context.print(line)
    return 0
  }
  const command = commands.get(name)
  if (command === undefined) {
    throw new ContractsToolError('USAGE', `There is no command ${JSON.stringify(name)}.\n\n${usage.join('\n')}`)
  }
  return command.run(rest, context)
}
