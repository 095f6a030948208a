import { type BenchStack, measure, summarise } from '../measure.ts'
import type { LogCase } from './log-bench.ts'
import type { SeededLog } from './seeded-log.ts'
import { serveLog } from './served-log.ts'

type Server = Parameters<typeof serveLog>[0]

/** Exporting a log over HTTP, against a hand-written server that reads the same documents. */
export const exportCase: LogCase = {
  name: 'export/limit',
  async run({ small, stack, rounds }) {
    const log = await small()
    const rate = async (server: Server) => (await exported(server, log, stack)).eventsPerSecond
    const ours = () => rate('./programs/serve-ours.ts')
    const peer = () => rate('./programs/serve-peer.ts')
    const benchCase = {
      ...{ name: 'export/limit', peerName: 'a hand-written cursor over the same documents, streamed as lines' },
      ...{ unit: 'events/s', goal: 0.7, better: 'higher' as const },
      prepare: async () => ({ ours, peer, close: async () => {} }),
    }
    return [await measure(benchCase, stack, rounds)]
  },
}

/** Peak memory of an event logger that exports, against one that exports a tenth. */
export const exportMemoryCase: LogCase = {
  name: 'export/memory',
  async run({ large, small, stack }) {
    const mebibytes = async (log: SeededLog) =>
      (await exported('./programs/serve-ours.ts', log, stack)).maxRssBytes / 2 ** 20
    const ofSmall = await mebibytes(await small())
    const ofLarge = await mebibytes(await large())
    const peerName = 'the same with a tenth of the records'
    const benchCase = { name: 'export/memory', peerName, unit: 'MiB', goal: 1.1, better: 'lower' as const }
    return [summarise(benchCase, [ofLarge], [ofSmall])]
  },
}

/** Exports a log by a server of its own, and checks that all of it came. */
async function exported(server: Server, log: SeededLog, stack: BenchStack) {
  const served = await serveLog(server, log, stack)
  const startedMs = performance.now()
  const lines = await linesOf(`${served.url}/api/v1/events/export`)
  const seconds = (performance.now() - startedMs) / 1_000
  const maxRssBytes = await served.close()
  // Ours has a trailer.
  const events = server === './programs/serve-ours.ts' ? lines - 1 : lines
  if (events !== log.count) throw new Error(`${server} gave ${events} of ${log.count} events.`)
  return { eventsPerSecond: events / seconds, maxRssBytes }
}

async function linesOf(url: string): Promise<number> {
  const response = await fetch(url)
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  let lines = 0
  for await (const chunk of response.body ?? []) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++
  }
  return lines
}
