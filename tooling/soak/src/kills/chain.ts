import { within } from '@house-helper/events-core'
import type { ActiveFault } from '@house-helper/fault-proxy'
import { until } from '../condition.ts'
import type { SoakStack } from '../stack.ts'
import type { Stand } from '../stand.ts'
import { holdAt, type Instance, type Kind, startInstance } from './instance.ts'
import { type KillPoint, whileJoining } from './points.ts'

/** What a chain is made of. */
export interface ChainOptions {
  readonly kind: Kind
  /** `SIGSTOP`: stopped until another one has taken over, then continued. */
  readonly how: 'SIGKILL' | 'SIGSTOP'
  readonly points: readonly KillPoint[]
  readonly stack: SoakStack
  readonly stand: Stand
  readonly random: () => number
  readonly signal: AbortSignal
  log(line: string): void
}

/** What a chain found besides what it left in Kafka and MongoDB. */
export interface ChainReport {
  readonly kills: number
  /** Instances that did not end well when they were told to. */
  readonly badEnds: number
}

const REACH_MS = 60_000
const TAKE_OVER_MS = 60_000
const END_MS = 10_000

/** A chain of instances: at each point the one that works is killed or stopped, and the next one takes over. */
export class Chain {
  readonly #options: ChainOptions
  readonly #instances: Instance[] = []
  #kills = 0
  #badEnds = 0

  constructor(options: ChainOptions) {
    this.#options = options
  }

  /** Goes through all points; resolves when the last instance has ended in order, after `drained`. */
  async run(drained: () => Promise<void>): Promise<ChainReport> {
    let current = await this.#start()
    for (const point of this.#options.points) current = await this.#pass(point, current)
    await this.#takenOver(current)
    await drained()
    await this.#end(current)
    return { kills: this.#kills, badEnds: this.#badEnds }
  }

  async close(): Promise<void> {
    await Promise.all(this.#instances.map(({ mongoProxy }) => mongoProxy.close()))
  }

  async #start(): Promise<Instance> {
    const { kind, stack, stand } = this.#options
    const instance = await startInstance(kind, stack, stand)
    this.#instances.push(instance)
    return instance
  }

  /** Stops the current instance at a point, and returns the one that has taken over. */
  async #pass(point: KillPoint, current: Instance): Promise<Instance> {
    const { stack, random, how, log, signal } = this.#options
    signal.throwIfAborted()
    // An instance comes to a join by itself only when it begins.
    if (point.name === whileJoining) await this.#takenOver(current)
    const fault = holdAt(point, current, stack, random)
    const early = point.name === whileJoining ? await this.#start() : undefined
    if (!(await within(fault.holding, REACH_MS))) {
      throw new Error(`${current.program.name} did not come to the point "${point.name}" within ${REACH_MS} ms.`)
    }
    current.program.signal(how)
    this.#kills += 1
    const next = early ?? (await this.#start())
    log(`${current.program.name}: ${how} ${point.name}`)
    if (how === 'SIGKILL') await current.program.ended
    await this.#takenOver(next)
    if (how === 'SIGSTOP') await this.#continue(current, fault)
    fault.lift()
    // Who is killed three times while it has one and the same event in hand may give it up as the killer.
    await this.#caughtUp()
    return next
  }

  /** Continues an instance that lost everything meanwhile: it must do no harm, find its way back, and end in order. */
  async #continue(stale: Instance, fault: ActiveFault): Promise<void> {
    // In turn: MongoDB has ended its transactions, or they live; what it had sent arrives first, or what it does next.
    if (this.#kills % 4 < 2) await this.#caughtUp()
    if (this.#kills % 2 === 0) fault.lift()
    stale.program.signal('SIGCONT')
    fault.lift()
    await until(
      `${stale.program.name} is back in its group`,
      async () => stale.program.hasEnded || (await this.#members()).includes(stale.clientId),
      { timeoutMs: TAKE_OVER_MS, signal: this.#options.signal },
    )
    await this.#end(stale)
  }

  async #end({ program }: Instance): Promise<void> {
    const { exitCode } = await program.stop(END_MS)
    if (exitCode === 0) return
    this.#badEnds += 1
    this.#options.log(`${program.name} did not end well:\n${program.lines.slice(-5).join('\n')}`)
  }

  /** Waits until an instance is its group's only member and has all partitions. */
  #takenOver({ program, clientId }: Instance): Promise<void> {
    return until(
      `${program.name} has taken over`,
      async () => {
        if (program.hasEnded) throw new Error(`${program.name} has ended:\n${program.lines.slice(-5).join('\n')}`)
        const members = await this.#members()
        return (members.length === 1 && members[0] === clientId) || members.join(', ')
      },
      { timeoutMs: TAKE_OVER_MS, signal: this.#options.signal },
    )
  }

  /** Waits until all that is in the topics now is committed. */
  async #caughtUp(): Promise<void> {
    const { stand, signal } = this.#options
    const { transport, topics } = stand
    const ends = (await transport.admin.ranges(topics)).filter(({ high }) => high > 0)
    await until(
      'the next instance has caught up',
      async () => {
        const committed = await transport.admin.committed(this.#group, topics)
        const at = new Map(committed.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]))
        const behind = ends.filter(({ topic, partition, high }) => (at.get(`${topic}/${partition}`) ?? 0) < high)
        return behind.length === 0 || `${behind.length} partitions are behind`
      },
      { timeoutMs: TAKE_OVER_MS, signal },
    )
  }

  /** The members that have partitions, while the group is at rest. */
  async #members(): Promise<string[]> {
    const { state, members } = await this.#options.stand.transport.admin.describeGroup(this.#group)
    return state === 'stable' ? members.map((member) => member.clientId) : []
  }

  get #group(): string {
    const { stand, kind } = this.#options
    return kind === 'handler' ? stand.handlerGroup : stand.loggerGroup
  }
}
