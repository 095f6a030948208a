/** One side of a comparison: runs once and gives its figure in the case's unit. */
export type Side = () => Promise<number>

/** A comparison, ready to be run: both sides on the same broker, database and events. */
export interface Prepared {
  readonly ours: Side
  readonly peer: Side
  close(): Promise<void>
}

/** Something measured beside its peer. */
export interface Case {
  /** `publish/1000-callers`. */
  readonly name: string
  /** What the peer is, in a few words. */
  readonly peerName: string
  readonly unit: string
  /** The ratio ours / peer to reach: at least this where `better` is `higher`, at most where it is `lower`. */
  readonly goal: number
  readonly better: 'higher' | 'lower'
  prepare(stack: BenchStack): Promise<Prepared>
}

/** Where the cases run, and how much they do. */
export interface BenchStack {
  readonly brokers: readonly string[]
  readonly mongodbUri: string
  /** Events of a backlog; cases with a slow peer scale it down. */
  readonly events: number
}

/** The figures of one case. */
export interface Result {
  readonly name: string
  readonly ours: number
  readonly peer: number
  readonly peerName: string
  readonly unit: string
  /** The median of the rounds' ratios: machines drift, a pair of neighbours does not. */
  readonly ratio: number
  readonly spread: { readonly min: number; readonly max: number }
  readonly goal: number
  readonly met: boolean
}

/** Runs both sides in turn, `rounds` times after one round that does not count. */
export async function measure(benchCase: Case, stack: BenchStack, rounds: number): Promise<Result> {
  const prepared = await benchCase.prepare(stack)
  try {
    const ours: number[] = []
    const peer: number[] = []
    for (let round = 0; round <= rounds; round++) {
      const [a, b] = await inTurn(prepared, round)
      if (round === 0) continue
      ours.push(a)
      peer.push(b)
    }
    return summarise(benchCase, ours, peer)
  } finally {
    await prepared.close()
  }
}

/** The side that goes first changes each round, so that neither always meets the other's leftovers. */
async function inTurn({ ours, peer }: Prepared, round: number): Promise<[ours: number, peer: number]> {
  if (round % 2 === 0) return [await ours(), await peer()]
  const first = await peer()
  return [await ours(), first]
}

/** What rounds of both sides give. */
export function summarise(benchCase: Omit<Case, 'prepare'>, ours: readonly number[], peer: readonly number[]): Result {
  const { name, peerName, unit, goal, better } = benchCase
  const ratios = ours.map((figure, round) => figure / (peer[round] ?? Number.NaN))
  const ratio = median(ratios)
  return {
    name,
    ours: median(ours),
    peer: median(peer),
    peerName,
    unit,
    ratio,
    spread: { min: Math.min(...ratios), max: Math.max(...ratios) },
    goal,
    met: better === 'higher' ? ratio >= goal : ratio <= goal,
  }
}

/** The middle of some figures; of an even number, the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
