import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { soakEvents } from './events.ts'
import { type Program, startProgram } from './program.ts'
import type { Servers } from './stack.ts'
import type { Stand } from './stand.ts'

const acknowledgementSchema = z.object({
  index: z.number(),
  ...{ id: z.string(), topic: z.string(), partition: z.number(), offset: z.number() },
  tookMs: z.number(),
})

/** An acknowledged event of an offering: which one it was, and where it is. */
export type Acknowledgement = Readonly<z.infer<typeof acknowledgementSchema>>

const offeringSchema = z.object({
  offered: z.number(),
  published: z.number(),
  ...{ queuedBytes: z.number(), queuedEvents: z.number(), rssBytes: z.number() },
  refused: z.record(z.string(), z.number()),
  unhandled: z.number(),
})

/** How far an offering is: what it has offered, what was acknowledged and refused, and the memory of its process. */
export type Offering = Readonly<z.infer<typeof offeringSchema>>

/** What is offered, and where. */
export interface OfferingOptions {
  readonly servers: Servers
  readonly seed: number
  readonly ratePerSecond: number
  readonly logDir: string
}

/** A process that publishes tasks at a steady rate, whatever becomes of them. */
export interface OfferingPublisher {
  readonly program: Program
  /** How far it is, told four times a second; nothing before the first time. */
  latest(): Offering | undefined
  /** Ends it once everything is acknowledged or refused, enters the acknowledgements, and returns all that it told. */
  finish(timeoutMs: number): Promise<readonly Offering[]>
}

const file = new URL('./programs/offering-publisher.ts', import.meta.url)
// As the event logger is started. With the heap that V8 takes on a large machine, its memory would say what V8 has not
// collected yet, and not what publishing keeps; if that is more than fits, the process dies.
const nodeArgs = ['--max-old-space-size=384', '--max-semi-space-size=8']

/** Starts offering events of the stand's domain `tasks`. */
export function startOffering(
  stand: Stand,
  { servers, seed, ratePerSecond, logDir }: OfferingOptions,
): OfferingPublisher {
  const acknowledgements = join(logDir, 'acknowledgements.jsonl')
  const name = 'publisher'
  const program = startProgram({
    ...{ name, file, logDir, nodeArgs },
    env: {
      KAFKA_BROKERS: servers.tested.brokers.join(','),
      KAFKA_TOPIC_PREFIX: stand.name,
      ACKNOWLEDGEMENTS: acknowledgements,
      SEED: String(seed),
      RATE_PER_SECOND: String(ratePerSecond),
    },
  })
  return {
    program,
    latest: () => offeringsIn(program.lines).at(-1),
    async finish(timeoutMs) {
      const { exitCode } = await program.stop(timeoutMs)
      if (exitCode !== 0) throw new Error(`The publisher ended with code ${exitCode}: see its log in ${logDir}.`)
      enter(stand, seed, await linesOf(acknowledgements))
      return offeringsIn(await linesOf(join(logDir, `${name}.log`)))
    },
  }
}

function offeringsIn(lines: readonly string[]): Offering[] {
  return lines.filter((line) => line.startsWith('{"offered"')).map((line) => offeringSchema.parse(JSON.parse(line)))
}

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
}

/** The same seed gives the same events, so that their indexes say which ones they were. */
function enter({ book }: Stand, seed: number, lines: readonly string[]): void {
  const acknowledged = lines.map((line) => acknowledgementSchema.parse(JSON.parse(line)))
  const events = soakEvents(seed, { domains: ['tasks'] })
  let next = 0
  for (const { index, tookMs, ...place } of acknowledged.sort((a, b) => a.index - b.index)) {
    let event = events.next().value
    for (; next < index; next++) event = events.next().value
    next += 1
    book.acknowledge(event, place, tookMs)
  }
}
