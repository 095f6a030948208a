import { createInterface } from 'node:readline/promises'
import { Readable } from 'node:stream'
import { within } from '../deadline.ts'
import { CliError } from '../errors.ts'
import { printable } from '../text/printable.ts'
import type { World } from '../world.ts'

/** How long a person may think. */
const ANSWER_TIMEOUT_MS = 120_000

/**
 * Asks a person to confirm; resolves with whether the answer was yes.
 *
 * @param lookFirst what to do instead of giving --yes.
 * @throws CliError `USAGE` where there is nobody to ask, `TIMED_OUT` after two minutes.
 */
export async function confirmed(
  { stdin, stderr }: Pick<World, 'stdin' | 'stderr'>,
  question: string,
  lookFirst = '--dry-run to look first',
): Promise<boolean> {
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new CliError('USAGE', `${question} Nobody can be asked here: give --yes, or ${lookFirst}.`)
  }
  stderr.write(`${printable(question)} [y/N] `)
  const lines = createInterface({ input: Readable.from(stdin) })
  try {
    const line = await within(ANSWER_TIMEOUT_MS, 'The answer', async ({ signal }) => await firstLine(lines, signal))
    return /^y(es)?$/i.test(line.trim())
  } finally {
    lines.close()
  }
}

function firstLine(lines: ReturnType<typeof createInterface>, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(''))
    signal.addEventListener('abort', () => lines.close(), { once: true })
  })
}
