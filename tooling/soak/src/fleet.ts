import { setTimeout as sleep } from 'node:timers/promises'
import type { Program } from './program.ts'

/** A fleet keeps a number of programs running, as an orchestrator does, and lets some of them fail on demand. */
export interface Fleet {
  /** The programs in their places; one that has ended is replaced. */
  readonly members: readonly Program[]
  /** Programs that ended without being told to. */
  readonly died: number
  /** SIGKILL to the program in a place, which gets another one after a pause. */
  kill(place: number, pauseMs: number): Promise<void>
  /** SIGSTOP to the program in a place, and SIGCONT after a time. */
  freeze(place: number, forMs: number): Promise<void>
  /** Replaces programs no more, and kills those that run. */
  close(): Promise<void>
}

// As an orchestrator's: a program that cannot start must not take the machine's whole time.
const RESTART_PAUSE_MS = 1_000

/** Starts the programs; `log` hears of those that end without being told to. */
export function createFleet(count: number, start: () => Program, log: (line: string) => void): Fleet {
  const members: Program[] = []
  // A fault that is at work in a place; the next one there waits for its end.
  const busy: Promise<void>[] = Array.from({ length: count }, () => Promise.resolve())
  let died = 0
  let closed = false

  function fill(place: number): void {
    const program = start()
    members[place] = program
    program.ended.then(
      ({ wanted, exitCode, signal }) => {
        if (closed || wanted) return
        died += 1
        log(`${program.name} ended by itself (${signal ?? exitCode}): ${program.lines.slice(-8).join(' | ')}`)
        void inTurn(place, () => refill(place, RESTART_PAUSE_MS))
      },
      (error: unknown) => log(`${program.name} could not be started: ${String(error)}`),
    )
  }
  async function refill(place: number, pauseMs: number): Promise<void> {
    await sleep(pauseMs)
    if (!closed) fill(place)
  }
  async function inTurn(place: number, work: (program: Program) => Promise<void>): Promise<void> {
    const turn = (busy[place] ?? Promise.resolve()).then(async () => {
      const program = members[place]
      if (!closed && program !== undefined) await work(program)
    })
    busy[place] = turn
    await turn
  }

  for (let place = 0; place < count; place++) fill(place)
  return {
    members,
    get died() {
      return died
    },
    kill: (place, pauseMs) =>
      inTurn(place, async (program) => {
        await program.kill()
        await refill(place, pauseMs)
      }),
    freeze: (place, forMs) =>
      inTurn(place, async (program) => {
        program.signal('SIGSTOP')
        await sleep(forMs)
        program.signal('SIGCONT')
      }),
    async close() {
      closed = true
      await Promise.all(members.filter(({ hasEnded }) => !hasEnded).map((program) => program.kill()))
    },
  }
}
