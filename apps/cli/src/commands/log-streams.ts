import { existsSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { isHouseHelperError } from '@house-helper/events-core'
import { CliError } from '../errors.ts'
import type { LogClient, LoggedEvent } from '../logger/log-client.ts'
import { type ChunkSink, copyExport } from '../logger/log-export.ts'
import { unlessSilent } from '../logger/silence.ts'
import { eventColumns, eventText } from '../text/event-columns.ts'
import { printable } from '../text/printable.ts'
import type { Session } from '../world.ts'
import { clientOf } from './log-questions.ts'

const RECONNECT_MS = 1_000

/** Shows events as they are recorded, over restarts of the logger too, until Ctrl-C. */
export async function tailEvents(session: Session, q: string, fromStart: boolean): Promise<void> {
  const { world, output, timeoutMs } = session
  const client = clientOf(session)
  const leaving = new AbortController()
  const stopListening = world.onInterrupt(() => leaving.abort())
  const place = { lastEventId: undefined }
  const query = { q, from: fromStart ? 'start' : undefined }
  output.note('Waiting for events; Ctrl-C ends it.')
  try {
    for (let answeredMs = performance.now(); !leaving.signal.aborted; ) {
      try {
        for await (const event of client.tail(query, place, leaving.signal)) {
          answeredMs = performance.now()
          show(session, event)
        }
        answeredMs = performance.now()
      } catch (error) {
        if (leaving.signal.aborted) return
        const isAway = isHouseHelperError(error) && error.canRetry && performance.now() - answeredMs < timeoutMs
        if (!isAway) throw error
      }
      // The logger has ended, or was not there yet: where it left off is known.
      await pause(RECONNECT_MS, leaving.signal)
    }
  } finally {
    stopListening()
  }
}

function show({ world, output }: Session, event: LoggedEvent): void {
  if (output.format === 'ndjson') output.rows(eventColumns, [event])
  else world.stdout.write(`${printable(eventText(event))}\n`)
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(durationMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Writes an export to standard output, or to a file that appears once it is complete. */
export async function exportEvents(
  session: Session,
  q: string,
  { output: file, force }: { readonly output?: string; readonly force?: true },
): Promise<void> {
  const client = clientOf(session)
  const { events } =
    file === undefined
      ? await exported(session, client, q, toStream(session.world.stdout))
      : await toFile(file, force === true, (sink) => exported(session, client, q, sink))
  session.output.note(`${events} events${file === undefined ? '' : ` in ${file}`}, and the trailer.`)
}

async function exported({ timeoutMs }: Session, client: LogClient, q: string, sink: ChunkSink) {
  const leaving = new AbortController()
  try {
    const chunks = await unlessSilent(client.exported(q, leaving.signal), timeoutMs)
    return await copyExport(noisy(chunks, timeoutMs), sink)
  } finally {
    leaving.abort()
  }
}

/** The same chunks; fails where the next one takes longer than a while. */
async function* noisy(chunks: AsyncIterable<Uint8Array>, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  for (;;) {
    const { value, done } = await unlessSilent(iterator.next(), timeoutMs)
    if (done) return
    yield value
  }
}

function toStream(stdout: Session['world']['stdout']): ChunkSink {
  return (chunk) =>
    new Promise((resolve, reject) => {
      // Once it was taken: what is written faster than it is read would fill the memory.
      stdout.write(chunk, (error) => (error ? reject(error) : resolve()))
    })
}

async function toFile<Result>(
  file: string,
  force: boolean,
  copy: (sink: ChunkSink) => Promise<Result>,
): Promise<Result> {
  // Before hours of writing, not after them.
  if (!force && existsSync(file)) throw new CliError('USAGE', `${file} exists; give --force to replace it.`)
  const part = `${file}.part`
  const handle = await openPart(part)
  try {
    const result = await copy(async (chunk) => void (await handle.writeFile(chunk)))
    await handle.sync()
    await rename(part, file)
    return result
  } catch (error) {
    await rm(part, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

async function openPart(part: string): Promise<FileHandle> {
  try {
    return await open(part, 'w')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    throw new CliError('USAGE', `${part} cannot be written: ${code}.`, { cause })
  }
}
