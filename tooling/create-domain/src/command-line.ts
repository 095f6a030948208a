import { parseArgs } from 'node:util'
import { CreateDomainError } from './errors.ts'

/** What the tool was asked to do. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'create'; readonly name: string; readonly type?: string }

/** How the tool is called. */
export const usage = `Usage: pnpm create-domain <name> [--event <type>]

Writes packages/domains/<name> with one contract, publisher, handlers, tests and README.

  <name>          the domain, a lower-case plural: recipes, pantry-items
  --event <type>  its first event type. Default: recipe.created for recipes
  --help          shows this`

const options = {
  event: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Reads the command line; throws CreateDomainError `USAGE`. */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args)
  const [name, ...more] = positionals
  if (values.help === true) return { kind: 'help' }
  if (name === undefined || more.length > 0) throw wrong('Give one name.')
  return { kind: 'create', name, ...(values.event === undefined ? undefined : { type: values.event }) }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error), error)
  }
}

function wrong(message: string, cause?: unknown): CreateDomainError {
  return new CreateDomainError('USAGE', `${message}\n\n${usage}`, { cause })
}
