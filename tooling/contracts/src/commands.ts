import type { Command } from './command.ts'
import { generate } from './commands/generate.ts'
import { schema } from './commands/schema.ts'

/** Every command of `pnpm contracts`, by its name. */
export const commands: ReadonlyMap<string, Command> = new Map([
  ['generate', generate],
  ['schema', schema],
])
