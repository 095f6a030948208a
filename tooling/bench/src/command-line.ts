/** A command line that cannot be carried out; the message says so to whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Runs a tool. One that was called wrongly says how it is called, and ends with 2. */
export async function runTool(help: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!isAboutUsage(error)) throw error
    console.error(`${error.message}\n\n${help}`)
    process.exitCode = 2
  }
}

/** The whole number, from `least` on, that an option was given. */
export function wholeNumber(name: string, text: string, least = 1): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`--${name} takes a whole number from ${least} on, not ${JSON.stringify(text)}.`)
}

/** The cases whose name contains one of the texts. */
export function chosenCases<Case extends { readonly name: string }>(
  cases: readonly Case[],
  only: readonly string[],
): readonly Case[] {
  const chosen = cases.filter(({ name }) => only.some((text) => name.includes(text)))
  if (chosen.length > 0) return chosen
  throw new UsageError(`No case contains ${JSON.stringify(only.join(' or '))}; --list names them.`)
}

function isAboutUsage(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  // What parseArgs of node:util throws.
  return error instanceof TypeError && String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS_')
}
