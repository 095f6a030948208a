import { z } from 'zod'
import type { Program } from '../program.ts'

/** A handling service in a process of its own, for `stand.startHandler`. */
export const handlingProgram = new URL('../programs/handling-service.ts', import.meta.url)

/** What it says once it has partitions. */
export const HANDLER_STARTED = 'The handler has started.'

/** What it says once it has closed, with what its subscriber had counted. */
export const HANDLER_CLOSED = 'The handler has closed.'

const closedSchema = z.object({
  received: z.number(),
  handled: z.number(),
  repeated: z.number(),
  /** Effects of attempts whose signal had aborted before their handler was done. */
  staleEffects: z.number(),
})

/** What a handling service had counted when it closed. */
export type HandledCounts = Readonly<z.output<typeof closedSchema>>

/** Tells a handling service to end and waits for it; resolves with its counts and how long it took. */
export async function closeHandling(
  program: Program,
  timeoutMs: number,
): Promise<{ readonly counts: HandledCounts; readonly tookMs: number }> {
  const startMs = performance.now()
  const { exitCode } = await program.stop(timeoutMs)
  const tookMs = performance.now() - startMs
  const line = program.lines.findLast((one) => one.includes(HANDLER_CLOSED))
  if (exitCode !== 0 || line === undefined) {
    throw new Error(`${program.name} did not end well (${exitCode}):\n${program.lines.slice(-10).join('\n')}`)
  }
  return { counts: closedSchema.parse(JSON.parse(line)), tookMs }
}
