import { resolve } from 'node:path'
import { isHouseHelperError } from '@house-helper/events-core'
import { type Command, readCommand, usage } from './command-line.ts'
import { nextSteps } from './next-steps.ts'
import { scaffoldDomain } from './scaffold.ts'

const root = resolve(import.meta.dirname, '../../..')

async function run(command: Command): Promise<string> {
  switch (command.kind) {
    case 'help':
      return `${usage}\n`
    case 'create':
      return nextSteps(await scaffoldDomain(root, command.name, command.type))
  }
}

try {
  process.stdout.write(await run(readCommand(process.argv.slice(2))))
} catch (error) {
  if (!isHouseHelperError(error)) throw error
  console.error(error.message)
  process.exitCode = 2
}
