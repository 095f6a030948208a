import { z } from 'zod'
import { CliError } from '../errors.ts'

/** Where an export goes: takes chunks one after the other. */
export type ChunkSink = (chunk: Uint8Array) => Promise<void>

/** What an export was. */
export interface Exported {
  readonly events: number
}

const LINE_BREAK = 0x0a
/** No event has a line as long as this: Kafka takes messages of about 1 MB. */
const MAX_LINE_BYTES = 64 * 1024 * 1024
const trailerSchema = z.object({ trailer: z.object({ events: z.int().nonnegative() }) })

/**
 * Hands an export on chunk by chunk, and checks that it is whole: its last line is a trailer that counts the lines before it.
 *
 * @throws CliError `EXPORT_CUT` where it is not; what was handed on is not complete then.
 */
export async function copyExport(chunks: AsyncIterable<Uint8Array>, sink: ChunkSink): Promise<Exported> {
  const last = new LastLine()
  try {
    for await (const chunk of chunks) {
      last.take(chunk)
      await sink(chunk)
    }
  } catch (error) {
    // How fetch says that an answer broke off.
    if (error instanceof TypeError) throw cut(last.lines, 'the connection broke off', error)
    throw error
  }
  return { events: checkTrailer(last) }
}

function checkTrailer(last: LastLine): number {
  const before = Math.max(0, last.lines - 1)
  if (last.lines === 0 || !last.isWhole) throw cut(last.lines, 'it ends without its trailer')
  const trailer = trailerSchema.safeParse(parsed(last.text()))
  if (!trailer.success) throw cut(last.lines, 'it ends without its trailer')
  const { events } = trailer.data.trailer
  if (events !== before) throw cut(before, `its trailer counts ${events}`)
  return events
}

function cut(lines: number, why: string, cause?: unknown): CliError {
  return new CliError(
    'EXPORT_CUT',
    `The export is not complete: ${why}, after ${lines} lines. Do not use what was written; give the command again.`,
    { cause, canRetry: true },
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Counts lines and keeps the last of them, whatever the chunks' bounds. */
class LastLine {
  lines = 0
  #kept: Uint8Array[] = []
  #bytes = 0
  /** Whether the last line has its line break. */
  isWhole = false

  take(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; ) {
      const end = chunk.indexOf(LINE_BREAK, from)
      if (this.isWhole || this.lines === 0) this.#begin()
      this.#keep(chunk.subarray(from, end === -1 ? chunk.length : end))
      this.isWhole = end !== -1
      from = end === -1 ? chunk.length : end + 1
    }
  }

  text(): string {
    return Buffer.concat(this.#kept).toString('utf8')
  }

  #begin(): void {
    this.lines++
    this.#kept = []
    this.#bytes = 0
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length
    if (this.#bytes > MAX_LINE_BYTES) throw cut(this.lines, 'it has a line that no event can have')
    this.#kept.push(part)
  }
}
