import { z } from 'zod'
import { CliError } from '../errors.ts'
import { unlessSilent } from './silence.ts'

/** Something of a line's length that no step has. */
const MAX_LINE_LENGTH = 1024 * 1024

/** What steps are read with. */
export interface StepReading<Step> {
  readonly schema: z.ZodType<Step>
  /** What was asked for, as the beginning of a sentence: `The verification`. */
  readonly what: string
  /** How long the logger may be silent, in milliseconds. */
  readonly timeoutMs: number
}

const kindSchema = z.object({ kind: z.string() })

/**
 * Reads the steps of an answer, one a line, and checks that it is whole: its last line is the summary.
 *
 * @throws CliError `ANSWER_CUT` where it is not, `LOGGER_ANSWER_INVALID` where a line is no step, `TIMED_OUT`.
 */
export async function* readSteps<Step extends { readonly kind: string }>(
  chunks: AsyncIterable<Uint8Array>,
  reading: StepReading<Step>,
): AsyncGenerator<Step, void> {
  let last: string | undefined
  for await (const line of linesOf(chunks, reading)) {
    const step = stepOf(line, reading)
    if (step === undefined) continue
    last = step.kind
    yield step
  }
  if (last !== 'summary') throw cut(reading.what, 'it ends without its summary')
}

async function* linesOf<Step>(
  chunks: AsyncIterable<Uint8Array>,
  { what, timeoutMs }: StepReading<Step>,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  const iterator = chunks[Symbol.asyncIterator]()
  let rest = ''
  for (;;) {
    const { value, done } = await unlessSilent(iterator.next(), timeoutMs).catch((error: unknown) => {
      // How fetch says that an answer broke off.
      if (error instanceof TypeError)
        throw cut(what, 'the connection broke off; the log of the logger may say why', error)
      throw error
    })
    if (done) break
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE_LENGTH) throw invalid(what, 'a line is too long')
    yield* lines
  }
  if (rest !== '') throw cut(what, 'its last line is not whole')
}

/** A step of a kind that a later logger has is passed over. */
function stepOf<Step extends { readonly kind: string }>(
  line: string,
  { schema, what }: StepReading<Step>,
): Step | undefined {
  const json = parsed(line)
  const step = schema.safeParse(json)
  if (step.success) return step.data
  const known = kindSchema.safeParse(json)
  if (known.success && !knownKinds.has(known.data.kind)) return undefined
  throw invalid(what, `${step.error.issues[0]?.path.join('.')} ${step.error.issues[0]?.message}`)
}

const knownKinds = new Set(['progress', 'finding', 'partition', 'backfilled', 'policy', 'domain', 'summary'])

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function cut(what: string, why: string, cause?: unknown): CliError {
  return new CliError('ANSWER_CUT', `${what} is not complete: ${why}. Give the command again.`, {
    cause,
    canRetry: true,
  })
}

function invalid(what: string, why: string): CliError {
  return new CliError(
    'LOGGER_ANSWER_INVALID',
    `${what} is not as an event logger of this version gives it (${why}). Check EVENT_LOGGER_URL and the logger's version.`,
  )
}
