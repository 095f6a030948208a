import type { Command } from './command.ts'
import { check } from './commands/check.ts'
import { generate } from './commands/generate.ts'
import { lock } from './commands/lock.ts'
import { schema } from './commands/schema.ts'

/** Every command of `pnpm contracts`, by its name. */
export const commands: ReadonlyMap<string, Command> = new Map([
  ['generate', generate],
  ['check', check],
  ['lock', lock],
  ['schema', schema],
])
