import { defineDomain, defineEvent, id, type Transport } from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { z } from 'zod'
import type { ExitCode } from './exit-code.ts'
import { runProgram } from './program.ts'
import type { TextStream } from './text/output.ts'
import type { World } from './world.ts'

/** A stream that keeps what is written to it. */
export interface TextSink extends TextStream {
  readonly text: string
}

/** Makes a stream that keeps its text, and is a terminal or not. */
export function createTextSink(isTTY = false): TextSink {
  let text = ''
  return {
    isTTY,
    write: (more, done) => {
      text += typeof more === 'string' ? more : Buffer.from(more).toString('utf8')
      done?.()
      return true
    },
    get text() {
      return text
    },
  }
}

/** A domain of one household event and one user event. */
const pets = defineDomain({
  name: 'pets',
  events: [
    defineEvent({
      type: 'pet.fed',
      version: '1.0',
      description: 'A pet was fed.',
      data: z.object({ petId: id(), grams: z.int().positive() }),
      example: { petId: 'pet-001', grams: 80 },
    }),
    defineEvent({
      type: 'pet.owner.praised',
      version: '1.0',
      subject: 'user',
      description: 'Somebody was praised.',
      data: z.object({ words: z.string() }),
      example: { words: 'Well done' },
    }),
  ],
})

/** A second domain, so that there are two topics. */
const plants = defineDomain({ name: 'plants', events: [] })

/** What a run of the program did. */
export interface Run {
  readonly exitCode: ExitCode
  readonly stdout: string
  readonly stderr: string
  /** The lines of stdout, parsed. */
  readonly lines: readonly Record<string, unknown>[]
}

/** What a test brings to a run: all of the world that matters to it. */
export type TestWorld = Partial<Omit<World, 'argv' | 'stdout' | 'stderr'>> & {
  readonly isTTY?: boolean
  readonly transport?: Transport
}

/** Runs the program over memory, with output that is kept; NO_COLOR is set. */
export async function runInMemory(argv: readonly string[], world: TestWorld = {}): Promise<Run> {
  const { isTTY = false, transport, ...rest } = world
  const stdout = createTextSink(isTTY)
  const stderr = createTextSink(isTTY)
  const exitCode = await runProgram({
    env: { NO_COLOR: '1' },
    stdin: (async function* () {})(),
    fetch: globalThis.fetch,
    onInterrupt: () => () => {},
    nodeVersion: '24.21.0',
    now: () => Date.parse('2026-01-31T08:00:00Z'),
    domains: [pets, plants],
    endpoints: () => [],
    openTransport: () => transport ?? createMemoryTransport(),
    ...rest,
    argv,
    stdout,
    stderr,
  })
  const lines = isTTY ? [] : stdout.text.split('\n').filter(Boolean).map(parseLine)
  return { exitCode, stdout: stdout.text, stderr: stderr.text, lines }
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return { text: line }
  }
}
