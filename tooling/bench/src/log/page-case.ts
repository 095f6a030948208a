import { type Result, summarise } from '../measure.ts'
import type { LogBench, LogCase } from './log-bench.ts'
import { pacedRequests, quantile } from './paced-requests.ts'
import type { Question } from './questions.ts'
import type { SeededLog } from './seeded-log.ts'
import { serveLog } from './served-log.ts'

const PER_SECOND = 50
const GOAL_MS = 25
const GROWTH = 1.3

/** How long a kind of question takes at 50 requests a second, and how that grows with the log. */
export function pageCase(question: Question): LogCase {
  return {
    name: question.name,
    async run(bench) {
      const [large, small] = [await bench.large(), await bench.small()]
      const [ofLarge, ofSmall] = [
        await serveLog('./programs/serve-ours.ts', large, bench.stack),
        await serveLog('./programs/serve-ours.ts', small, bench.stack),
      ]
      try {
        const ours: number[] = []
        const peer: number[] = []
        // One round that does not count; who goes first changes.
        for (let round = 0; round <= bench.rounds; round++) {
          const sides = [
            async () => ours.push(await p99(question, large, ofLarge.url, bench)),
            async () => peer.push(await p99(question, small, ofSmall.url, bench)),
          ]
          for (const side of round % 2 === 0 ? sides : sides.reverse()) await side()
        }
        return resultsOf(question.name, ours.slice(1), peer.slice(1))
      } finally {
        await ofLarge.close()
        await ofSmall.close()
      }
    },
  }
}

async function p99({ path }: Question, log: SeededLog, url: string, { requests }: LogBench): Promise<number> {
  const urlOf = (index: number): string => {
    // All over the log's time, and no address twice in a row.
    const sample = log.samples[(index * 7_919) % log.samples.length]
    if (sample === undefined) throw new Error('The log has no events to ask about.')
    return `${url}${path(sample, index)}`
  }
  return quantile(await pacedRequests(urlOf, { perSecond: PER_SECOND, count: requests }), 0.99)
}

function resultsOf(name: string, ours: readonly number[], peer: readonly number[]): Result[] {
  const better = 'lower' as const
  const goals = ours.map(() => GOAL_MS)
  const atPace = `the goal, at ${PER_SECOND} requests a second`
  return [
    summarise({ name: `${name}/p99`, peerName: atPace, unit: 'ms', goal: 1, better }, ours, goals),
    summarise(
      { name: `${name}/growth`, peerName: 'p99 with a tenth of the records', unit: 'ms', goal: GROWTH, better },
      ours,
      peer,
    ),
  ]
}
